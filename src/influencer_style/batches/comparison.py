"""One portrait in every look side by side, strengths down: to choose by eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from influencer_style.photos.decode import photo_thumbnail
from influencer_style.reports.grid import draw_grid
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.stylist.models import require_room
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.result import Provenance, Result
from influencer_style.stylist.stylist import Stylist

_WORKED_AT = 1024  # px, longer side at which the photo is restyled; far more than a tile shows
_COLUMNS = 8  # of looks side by side; further ones stand in bands below


def compare(
    stylist: Stylist, photo: str | Path, looks: Sequence[str], strengths: Sequence[float], tile: int = 288
) -> Result:
    """Return a sheet as a picture with provenance: the photo, then each look in a column, a row for each strength.

    Strengths are from 0 to 1; `tile` is the longer side of each picture in the sheet, px. Raises StylistError for an
    unknown look, a strength out of range, or more pictures than a sheet has room for, PhotoError when the photo cannot
    be decoded.
    """
    require_room(looks, strengths)
    for strength in strengths:
        Restyling.checked(look=looks[0], strength=strength)
    stylist = stylist.for_request(looks, "compare")
    pixels = photo_thumbnail(photo, _WORKED_AT).copy()  # torch wants memory that may be written to
    made: dict[tuple[str, float], Result] = {}
    pairs = [(look, strength) for look in looks for strength in strengths]
    for look, strength in tqdm(pairs, "Comparing", unit="picture", disable=None):
        result = stylist.apply(pixels, look, strength)
        result.picture.thumbnail((tile, tile), Image.Resampling.LANCZOS)
        made[look, strength] = result
    original = Image.fromarray(pixels)
    labels = [f"{strength:.0%}" for strength in strengths]
    bands = []
    for start in range(0, len(looks), _COLUMNS):
        band = looks[start : start + _COLUMNS]
        rows = [[original, *(made[look, strength].picture for look in band)] for strength in strengths]
        bands.append(draw_grid(rows, ["photo", *band], labels, tile))
    notices = dict.fromkeys(notice for result in made.values() for notice in result.notices)
    return Result(_stacked(bands), [], _provenance(made, photo, looks, strengths), [*notices])


def _stacked(bands: list[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (max(band.width for band in bands), sum(band.height for band in bands)), "white")
    background = tuple(np.asarray(bands[0])[0, 0].tolist())
    top = 0
    for band in bands:
        sheet.paste(background, (0, top, sheet.width, top + band.height))
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


def _provenance(
    made: dict[tuple[str, float], Result], photo: str | Path, looks: Sequence[str], strengths: Sequence[float]
) -> Provenance:
    """All looks, each in equal shares, and the strongest strength: what the sheet shows goes no further."""
    results = list(made.values())
    consents = {name: consent for result in results for name, consent in result.provenance["consents"].items()}
    strongest = [made[look, max(strengths)].provenance["likeness"] for look in looks]
    return {
        **results[0].provenance,
        "looks": {look: 1 / len(looks) for look in looks},
        "strength": max(strengths),
        "strengths": list(strengths),
        "consents": consents,
        "likeness": {look: figures for found in strongest for look, figures in found.items()},
        "source_sha256": file_sha256(photo),
    }
