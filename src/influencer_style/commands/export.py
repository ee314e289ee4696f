"""`influencer-style export`: a model for apps, as ONNX."""

from __future__ import annotations

from pathlib import Path

import click

from influencer_style.batches.gathering import check_folder
from influencer_style.commands.common import Command, model_option, out_option
from influencer_style.commands.output import Failure, complain, say
from influencer_style.consent.places import ledgers_of
from influencer_style.stylist.models import EXPORTED, open_listing, require_free


@click.command(
    cls=Command, epilog="Example: influencer-style export --out app-model\nHow to use it there: docs/onnx_example.py\n"
)
@out_option("DIR", "folder to write; an earlier export in it is replaced")
@model_option()
def export(out: Path, model: str) -> None:
    """Write the generator as ONNX, for apps.

    Writes generator.onnx (any number of portraits of any size), looks.json (the looks' style codes, their consents, the
    inputs and outputs) and card.md. ONNX is compared with torch first; where they differ by more than 0.001, nothing is
    written. Looks whose consent has expired or does not cover transfer stay out. Takes half a minute.
    """
    try:
        # All that can be wrong is checked before the model is loaded, which takes seconds.
        require_free(out)
        check_folder(out)
        open_listing(model)
        from influencer_style.stylist.export import export_onnx  # noqa: PLC0415 - torch takes seconds
        from influencer_style.stylist.stylist import Stylist  # noqa: PLC0415

        stylist = Stylist.load(model)
        done = export_onnx(stylist.bundle, out, ledgers_of(stylist.bundle.folder), stylist.version)
    except OSError as error:
        raise Failure(error, 2) from error
    for name, reason in done.left_out.items():
        complain(f"look {name} is left out: {reason}")
    for name in EXPORTED:
        say(f"{out / name} ({(out / name).stat().st_size / 1e6:.2g} MB)")
    say(f"looks: {', '.join(done.looks)}")
    for size, difference in done.differences.items():
        say(f"largest difference from torch at {size} pixels: {difference:.1e}")
