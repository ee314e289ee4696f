"""`influencer-style compare`: one portrait in all looks, on one sheet."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from influencer_style.commands.common import command_errors, detector_option, model_option
from influencer_style.commands.output import complain, say
from influencer_style.photos.formats import READ_ONE
from influencer_style.stylist.before_loading import open_listing
from influencer_style.stylist.permission import Permission

_EXAMPLES = """\
examples:
  influencer-style compare me.jpg --out sheet.png
      every look in a column, four strengths down
  influencer-style compare me.jpg --out sheet.jpg --looks aurora,noir --strengths 0.3,0.6,1
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "compare",
        parents=[model_option(), detector_option()],
        help="one portrait in all looks, side by side",
        description="Draw one portrait in all looks side by side, strengths down, to choose by eye.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photo", metavar="IN", help=f"a {READ_ONE} file")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a .png, .jpg, .webp or .avif file")
    parser.add_argument("--looks", metavar="NAME,NAME", help="only these looks (default: all that the model has)")
    parser.add_argument(
        "--strengths",
        type=strengths,
        default=(0.25, 0.5, 0.75, 1.0),
        metavar="NUMBER,NUMBER",
        help="0 to 1 each (default: 0.25,0.5,0.75,1)",
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Draw the sheet; return 0, 1 when the photo or the sheet's file cannot be used, 2 when the command is wrong."""
    from influencer_style.batches.gathering import check_file
    from influencer_style.photos.decode import PhotoError, photo_header
    from influencer_style.stylist.look_names import look_named
    from influencer_style.stylist.wishes import check_wishes, require_room

    try:
        # All that can be wrong is checked before the model is loaded, which takes seconds.
        for strength in asked.strengths:
            check_wishes(strength)
        check_file(asked.out)
        listing = open_listing(asked.model)
        names = [name.strip() for name in asked.looks.split(",")] if asked.looks else listing.looks.names
        looks = list(dict.fromkeys(look_named(name, listing.looks.names) for name in names))
        Permission("compare").check(listing, looks)
        require_room(looks, asked.strengths)
        photo_header(asked.photo)
        from influencer_style.batches.comparison import compare
        from influencer_style.stylist.stylist import Stylist

        stylist = Stylist.load(asked.model, detector=asked.detector)
        sheet = compare(stylist, asked.photo, looks, asked.strengths)
        stylist.permission.note_written(stylist.bundle, sheet.provenance["looks"], asked.out, stage="compare")
        sheet.save(asked.out)
    except command_errors() as error:
        complain(error)
        return 2
    except (PhotoError, OSError) as error:
        complain(f"{asked.photo}: {error}" if isinstance(error, PhotoError) else error)
        return 1
    say(asked.out)
    for notice in sheet.notices:
        complain(f"{asked.photo}: {notice}")
    return 0


def strengths(text: str) -> tuple[float, ...]:
    """Read `0.25,0.5,1`."""
    try:
        return tuple(dict.fromkeys(float(number) for number in text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers; write for example 0.25,0.5,1") from None
