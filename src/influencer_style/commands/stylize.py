"""`influencer-style stylize`: photos in, restyled photos out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from influencer_style.batches.gathering import check_folder, gather
from influencer_style.commands.common import (
    Command,
    detector_option,
    model_option,
    number,
    out_option,
    request_options,
    require_any,
    resumable,
)
from influencer_style.commands.output import Failure, complain, say
from influencer_style.photos.files import PhotoError
from influencer_style.photos.formats import READ
from influencer_style.stylist.models import check_look
from influencer_style.stylist.restyling import LIKENESS_MODES, LikenessMode, Restyling

if TYPE_CHECKING:
    from influencer_style.batches.batch import Outcome, Status
    from influencer_style.faces.detectors import DetectorName

_EXAMPLES = """\
Examples:
  influencer-style stylize me.jpg --look aurora --out restyled
      one photo: writes restyled/me-aurora.jpg, at the photo's own size
  influencer-style stylize holiday/ --look aurora --strength 0.6 --out restyled
      a folder with all its sub-folders; run it again, and only what is new or changed is done
  influencer-style stylize me.jpg --look aurora=0.7,noir=0.3 --out restyled
      a mix of two looks
  influencer-style stylize me.jpg --reference sunset.jpg --out restyled
      the look of another photo; get the consent of its people
  influencer-style stylize me.jpg --look noir --region hair=0 --region background=0.5 --out restyled
      the hair stays as it is, the background changes half as much
  influencer-style stylize party.jpg --look noir --faces 0,2 --out restyled
      of several faces, the largest and the third largest

The names of the looks: influencer-style looks. All looks on one photo: influencer-style compare me.jpg --out sheet.png.
The folder also gets index.parquet, with a row for each picture, and the reason for each photo that could not be used.
Exit status: 0 all went well, 1 some photos could not be used, 2 the command was wrong, and nothing was done.
"""


def look(text: str) -> str | dict[str, float]:
    """Read `aurora` or `aurora=0.7,noir=0.3`; a name without a share has the share 1."""
    if "=" not in text and "," not in text:
        return text
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        if not name.strip() or name.strip() in shares:
            raise click.BadParameter(f"{text!r} is not a mix of looks; write for example aurora=0.7,noir=0.3")
        shares[name.strip()] = number(share or "1")
    return shares


def region(text: str) -> tuple[str, float]:
    """Read `hair=0.5`."""
    name, separator, weight = text.partition("=")
    if not separator:
        raise click.BadParameter(f"{text!r} has no weight; write for example hair=0.5")
    return name.strip(), number(weight)


def faces(text: str) -> str | tuple[int, ...]:
    """Read `all`, `largest` or `0,2`."""
    if text in ("all", "largest"):
        return text
    try:
        return tuple(sorted({int(number) for number in text.split(",")}))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not all, largest, or numbers such as 0,2") from None


_OPTIONS: dict[str, dict[str, Any]] = {
    "look": {"type": look, "metavar": "NAME[=SHARE][,NAME=SHARE]"},
    "reference": {"type": click.Path(path_type=Path), "metavar": "FILE"},
    "regions": {"flag": "--region", "type": region, "multiple": True, "metavar": "NAME=SHARE"},
    "faces": {"type": faces, "metavar": "all|largest|0,2"},
    "private": {"flag": "--keep-private"},
}


@click.command(cls=Command, epilog=_EXAMPLES)
@click.argument("photos", nargs=-1, required=True, metavar="IN...")
@request_options(Restyling, _OPTIONS)
@model_option()
@detector_option
@click.option(
    "--likeness",
    type=click.Choice(LIKENESS_MODES),
    default="warn",
    show_default=True,
    help="where a result has become the creator's face: warn, refuse the photo, or off (do not check)",
)
@out_option("DIR", "folder to write to; made if it does not exist")
def stylize(
    photos: tuple[str, ...],
    model: str,
    detector: DetectorName | None,
    likeness: LikenessMode,
    out: Path,
    **options: Any,
) -> None:
    """Restyle photos, and write them to a folder as NAME-LOOK. Only what is new or changed is done."""
    # All that can be wrong is checked before the model is loaded, which takes seconds.
    restyling = Restyling.checked(**options | {"regions": dict(options["regions"])})
    if restyling.look is not None:
        restyling = restyling.model_copy(update={"look": check_look(model, restyling.look, "stylize")})
    require_any(photos)
    gathered = gather(photos)
    check_folder(out, gathered)
    restyling.check_reference()
    from influencer_style.batches.batch import Batch  # noqa: PLC0415 - torch takes seconds
    from influencer_style.stylist.stylist import Stylist  # noqa: PLC0415

    with resumable():
        try:
            batch = Batch(Stylist.load(model, likeness, detector), restyling, out)
            counts = batch.run(gathered, _report)
        except PhotoError as error:  # a photo's own trouble is its outcome: this is the reference's
            raise Failure(error, 2) from error
    _summarize(counts, batch.index.path)


stylize.help = f"{stylize.help}\n\nIN are {READ} files, and folders of them."


def _report(outcome: Outcome) -> None:
    """Print a picture's path, on its own on the output; notices and reasons on the error output."""
    if outcome.picture:
        say(outcome.picture)
    for words in (outcome.reason, *outcome.notices):
        if words:
            complain(f"{outcome.photo}: {words}")


def _summarize(counts: Counter[Status], index: Path) -> None:
    """Say how many photos were done; end with status 1 where some could not be used."""
    unusable, total = counts["quarantined"], counts.total()
    if total > 1 or unusable:
        done = f"{counts['written']} written, {counts['up to date']} up to date"
        failed = f"; {unusable} of {total} photos could not be used, see above or {index}" if unusable else ""
        complain(done + failed)
    if unusable:
        raise click.exceptions.Exit(1)
