"""`influencer-style compare`: one portrait in all looks, on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from influencer_style.batches.gathering import check_file
from influencer_style.commands.common import Command, detector_option, model_option, number, out_option
from influencer_style.commands.output import Failure, complain, say
from influencer_style.photos.decode import PhotoError, photo_header
from influencer_style.photos.formats import READ_ONE
from influencer_style.stylist.look_names import look_named
from influencer_style.stylist.models import open_listing, require_room
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.restyling import Restyling

if TYPE_CHECKING:
    from influencer_style.faces.detectors import DetectorName

_EXAMPLES = """\
Examples:
  influencer-style compare me.jpg --out sheet.png
      a column for each look, a row for each of four strengths
  influencer-style compare me.jpg --out sheet.jpg --looks aurora,noir --strengths 0.3,0.6,1
"""


def strengths_in(text: str) -> tuple[float, ...]:
    """Read `0.25,0.5,1`."""
    return tuple(dict.fromkeys(number(part) for part in text.split(",")))


@click.command(cls=Command, epilog=_EXAMPLES)
@click.argument("photo", metavar="IN")
@out_option("FILE", "a .png, .jpg, .webp or .avif file to write")
@click.option("--looks", metavar="NAME,NAME", help="only these looks (default: all looks of the model)")
@click.option(
    "--strengths",
    type=strengths_in,
    default="0.25,0.5,0.75,1",
    show_default=True,
    metavar="NUMBER,NUMBER",
    help="numbers from 0 to 1",
)
@model_option()
@detector_option
def compare(
    photo: str, out: Path, looks: str | None, strengths: tuple[float, ...], model: str, detector: DetectorName | None
) -> None:
    """Draw one portrait in all looks side by side, strengths down, to choose by eye."""
    try:
        # All that can be wrong is checked before the model is loaded, which takes seconds.
        for strength in strengths:
            Restyling.checked(look="any", strength=strength)
        check_file(out)
        listing = open_listing(model)
        names = [name.strip() for name in looks.split(",")] if looks else listing.looks.names
        chosen = list(dict.fromkeys(look_named(name, listing.looks.names) for name in names))
        Permission("compare").check(listing, chosen)
        require_room(chosen, strengths)
        photo_header(photo)
        from influencer_style.batches import comparison  # noqa: PLC0415 - torch takes seconds
        from influencer_style.stylist.stylist import Stylist  # noqa: PLC0415

        stylist = Stylist.load(model, detector=detector)
        sheet = comparison.compare(stylist, photo, chosen, strengths)
        stylist.permission.note_written(stylist.bundle, sheet.provenance["looks"], out, stage="compare")
        sheet.save(out)
    except PhotoError as error:
        raise Failure(f"{photo}: {error}", 1) from error
    except OSError as error:
        raise Failure(error, 1) from error
    say(out)
    for notice in sheet.notices:
        complain(f"{photo}: {notice}")


compare.help = f"{compare.help}\n\nIN is a {READ_ONE} file."
