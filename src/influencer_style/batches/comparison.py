"""One portrait in every look beside each other, strengths down: to choose by eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from influencer_style.photos.decode import photo_thumbnail
from influencer_style.reports.grid import draw_grid
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.stylist.one_request import for_request
from influencer_style.stylist.stylist import Result, Stylist
from influencer_style.stylist.wishes import require_room

_WORKED_AT = 1024  # px, longer side at which the photo is restyled; far more than a tile shows
_COLUMNS = 8  # of looks side by side; further ones stand in bands below


def compare(
    stylist: Stylist, photo: str | Path, looks: Sequence[str], strengths: Sequence[float], tile: int = 288
) -> Result:
    """Return a sheet as a picture with provenance: the photo, then each look in a column, a row for each strength.

    Args:
        stylist: the model.
        photo: the file.
        looks: their names.
        strengths: 0 to 1, each.
        tile: longer side of each picture in the sheet, px.

    Raises:
        StylistError: for an unknown look, a strength out of range, or more pictures than a sheet has room for.
        PhotoError: when the photo cannot be decoded.
    """
    require_room(looks, strengths)
    for strength in strengths:
        stylist.check(None, strength)
    stylist = for_request(stylist, looks, "compare")
    pixels = photo_thumbnail(photo, _WORKED_AT).copy()  # torch wants memory that may be written to
    made: dict[tuple[str, float], Result] = {}
    for look, strength in tqdm(
        [(one, other) for one in looks for other in strengths], "Comparing", unit="picture", disable=None
    ):
        result = stylist.apply(pixels, look, strength)
        result.picture.thumbnail((tile, tile), Image.Resampling.LANCZOS)
        made[look, strength] = result
    original = Image.fromarray(pixels)
    bands = [list(looks[start : start + _COLUMNS]) for start in range(0, len(looks), _COLUMNS)]
    labels = [f"{strength:.0%}" for strength in strengths]
    drawn = [
        draw_grid(
            [[original, *(made[look, strength].picture for look in band)] for strength in strengths],
            ["photo", *band],
            labels,
            tile,
        )
        for band in bands
    ]
    return Result(_stacked(drawn), [], _provenance(made, photo, looks, strengths), _notices(made))


def _stacked(bands: list[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (max(band.width for band in bands), sum(band.height for band in bands)), "white")
    top = 0
    for band in bands:
        sheet.paste(bands[0].getpixel((0, 0)), (0, top, sheet.width, top + band.height))
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


def _provenance(
    made: dict[tuple[str, float], Result], photo: str | Path, looks: Sequence[str], strengths: Sequence[float]
) -> dict:
    """All looks, each in equal shares, and the strongest strength: what the sheet shows goes no further."""
    results = list(made.values())
    consents = {name: consent for result in results for name, consent in result.provenance["consents"].items()}
    strongest = [made[look, max(strengths)].provenance["likeness"] for look in looks]
    return results[0].provenance | {
        "looks": {look: 1 / len(looks) for look in looks},
        "strength": max(strengths),
        "strengths": list(strengths),
        "consents": consents,
        "likeness": {look: figures for found in strongest for look, figures in found.items()},
        "source_sha256": file_sha256(photo),
    }


def _notices(made: dict[tuple[str, float], Result]) -> list[str]:
    return list(dict.fromkeys(notice for result in made.values() for notice in result.notices))
