"""`influencer-style stylize`: photos in, restyled photos out."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from influencer_style.commands.common import all_missing, command_errors, detector_option, model_option
from influencer_style.commands.output import complain, say
from influencer_style.looks.areas import AREAS
from influencer_style.photos.formats import READ
from influencer_style.stylist.before_loading import check_look
from influencer_style.stylist.likeness_guard import MODES

_EXAMPLES = """\
examples:
  influencer-style stylize me.jpg --look aurora --out restyled
      one photo: writes restyled/me-aurora.jpg, at the photo's own size
  influencer-style stylize holiday/ --look aurora --strength 0.6 --out restyled
      a folder with all its sub-folders; run it again, and only what is new or changed is done
  influencer-style stylize me.jpg --look aurora=0.7,noir=0.3 --out restyled
      a mix of two looks
  influencer-style stylize me.jpg --reference sunset.jpg --out restyled
      the look of another photo; have the consent of whoever made it
  influencer-style stylize me.jpg --look noir --region hair=0 --region background=0.5 --out restyled
      the hair stays as it is, the background changes half as much
  influencer-style stylize party.jpg --look noir --faces 0,2 --out restyled
      of several faces, the largest and the third largest

Looks that there are: influencer-style looks. All of them on one photo: influencer-style compare me.jpg --out sheet.png.
--out also gets index.parquet, a row for each picture, and for each photo that could not be used, why.
Exit status: 0 all went well, 1 some photos could not be used, 2 the command was wrong, and nothing was done.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "stylize",
        parents=[model_option(), detector_option()],
        help="restyle photos",
        description="Restyle photos, and write them to a folder as NAME-LOOK. Only what is new or changed is done.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="+", metavar="IN", help=f"{READ} files, and folders of them")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--look",
        type=look,
        metavar="NAME[=SHARE][,NAME=SHARE]",
        help="name of a look, or several with their shares; see `influencer-style looks`",
    )
    what.add_argument("--reference", type=Path, metavar="FILE", help="a photo whose look is taken instead")
    parser.add_argument(
        "--strength", type=float, default=1.0, help="0 (the photo as it is) to 1 (the whole look, the default)"
    )
    parser.add_argument("--seed", type=int, help="draw a variation inside the look; without it, the look's centre")
    parser.add_argument(
        "--region",
        type=region,
        action="append",
        default=[],
        dest="regions",
        metavar="NAME=WEIGHT",
        help=f"how much of the change a region gets, 0 to 1; may be given for each of: {', '.join(AREAS)}",
    )
    parser.add_argument(
        "--faces",
        type=faces,
        default="all",
        metavar="all|largest|0,2",
        help="which faces are restyled: all (the default), the largest, or by number, the largest being 0",
    )
    parser.add_argument(
        "--format",
        choices=("keep", "jpeg", "png", "webp", "avif"),
        default="keep",
        help="of the pictures (default: keep the photo's; HEIC becomes JPEG, and TIFF becomes PNG)",
    )
    parser.add_argument(
        "--keep-private",
        action="store_true",
        help="keep place, names, serial numbers and other private metadata, which are dropped by default",
    )
    parser.add_argument(
        "--likeness",
        choices=MODES,
        default="warn",
        help="where a result has become the creator's face: warn (the default), refuse the photo, or off, do not look",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to; made if need be")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Restyle; return 0 when all went well, 1 when a photo could not be used, 2 when the command is wrong."""
    from influencer_style.batches.gathering import check_folder, gather
    from influencer_style.photos.files import PhotoError
    from influencer_style.project.signals import ended_by_signals
    from influencer_style.stylist.restyling import Restyling
    from influencer_style.stylist.wishes import check_wishes

    restyling = Restyling(
        asked.look,
        asked.reference,
        asked.strength,
        asked.seed,
        dict(asked.regions) or None,
        asked.faces,
        asked.format,
        asked.keep_private,
    )
    try:
        # All that can be wrong is checked before the model is loaded, which takes seconds.
        check_wishes(restyling.strength, restyling.regions, restyling.faces, restyling.seed)
        if restyling.look is not None:
            restyling = replace(restyling, look=check_look(asked.model, restyling.look, "stylize"))
        if all_missing(asked.photos):
            return 1
        photos = gather(asked.photos)
        check_folder(asked.out, photos)
        restyling.check_reference()
        from influencer_style.batches.batch import Batch
        from influencer_style.stylist.stylist import Stylist

        with ended_by_signals():
            batch = Batch(Stylist.load(asked.model, asked.likeness, asked.detector), restyling, asked.out)
            counts = batch.run(photos, _tell)
    # A photo's own trouble is its outcome: a PhotoError here is the reference's.
    except (*command_errors(), PhotoError) as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        complain("stopped; run it again, and it goes on where it was")
        return 130
    return _summary(counts, batch.index.path)


def look(text: str) -> str | dict[str, float]:
    """Read `aurora` or `aurora=0.7,noir=0.3`; a name without a share has the share 1."""
    parts = text.split(",")
    if len(parts) == 1 and "=" not in text:
        return text
    shares: dict[str, float] = {}
    for part in parts:
        name, _, share = part.partition("=")
        if not name.strip() or name.strip() in shares:
            raise argparse.ArgumentTypeError(f"{text!r} is not a mix of looks; write for example aurora=0.7,noir=0.3")
        shares[name.strip()] = _number(share or "1", text)
    return shares


def region(text: str) -> tuple[str, float]:
    """Read `hair=0.5`."""
    name, separator, weight = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} has no weight; write for example hair=0.5")
    return name.strip(), _number(weight, text)


def faces(text: str) -> str | tuple[int, ...]:
    """Read `all`, `largest` or `0,2`."""
    if text in ("all", "largest"):
        return text
    try:
        return tuple(sorted({int(number) for number in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not all, largest, or numbers such as 0,2") from None


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} in {whole!r} is not a number; write for example 0.5") from None


def _tell(outcome: Any) -> None:
    """Print a picture's path, on its own on the output; notices and reasons on the error output."""
    if outcome.picture:
        say(outcome.picture)
    for words in (outcome.reason, *outcome.notices):
        if words:
            complain(f"{outcome.photo}: {words}")


def _summary(counts: Counter[str], index: Path) -> int:
    unusable, all_of_them = counts["quarantined"], counts.total()
    if all_of_them > 1 or unusable:
        done = f"{counts['written']} written, {counts['up to date']} up to date"
        failed = f"; {unusable} of {all_of_them} photos could not be used, see above or {index}" if unusable else ""
        complain(done + failed)
    return 1 if unusable else 0
