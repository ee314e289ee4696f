"""`influencer-style compare`: one portrait in all looks, on one sheet."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from influencer_style.serving.commands.common import model_option, open_stylist
from influencer_style.serving.commands.output import complain, say
from influencer_style.serving.stylist import StylistError

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
        parents=[model_option()],
        help="one portrait in all looks, side by side",
        description="Draw one portrait in all looks side by side, strengths down, to choose by eye.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photo", metavar="IN", help="a JPEG, PNG or WebP file")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the sheet: a .png, .jpg or .webp file")
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
    from influencer_style.photos.decode import PhotoError
    from influencer_style.provenance.manifest import SigningError
    from influencer_style.provenance.record import SUFFIXES
    from influencer_style.provenance.signer import CredentialsError
    from influencer_style.serving.comparison import compare

    if asked.out.suffix.lower() not in SUFFIXES:
        complain(f"{asked.out} has no suffix of {', '.join(sorted(SUFFIXES))}; name a file that has one")
        return 2
    stylist = open_stylist(asked.model)
    if stylist is None:
        return 2
    looks = [name.strip() for name in asked.looks.split(",")] if asked.looks else stylist.looks
    try:
        sheet = compare(stylist, asked.photo, list(dict.fromkeys(looks)), asked.strengths)
        sheet.save(asked.out)
    except (StylistError, CredentialsError, SigningError) as error:
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
        raise argparse.ArgumentTypeError(f"{text!r} are no numbers; write such as 0.25,0.5,1") from None
