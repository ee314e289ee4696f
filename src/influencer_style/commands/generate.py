"""`influencer-style generate`: new portraits in a look, of people who do not exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from influencer_style.batches.gathering import check_folder
from influencer_style.commands.common import Command, model_option, out_option, request_options, resumable
from influencer_style.commands.output import complain, say
from influencer_style.networks.folder import COMMANDS
from influencer_style.stylist.models import DEFAULT_SYNTHESIS, DEFAULT_TRANSFER, check_look
from influencer_style.stylist.portraits import Portraits

_DETAILS = """\
Examples:
  influencer-style generate --look aurora --count 16 --seed 7 --out faces
      writes faces/aurora-direct-7-0000.png to -0015.png; run it again, and only what is missing is made
  influencer-style generate --look aurora --count 24 --seed 8 --out faces --grid
      and all 24 on one sheet

The same look, seed, way and model give the same portraits. direct draws somebody in the look; composed draws them
without one, and applies the look as stylize does to a photo. Either way the face itself is drawn small, at the model's
own resolution, and enlarged smoothly to --size.
A look can be generated when its consent allows `generate`. Portraits that are too close to a photo that the model was
trained on are thrown away, and counted. Each picture's file says that a model made it: influencer-style verify.
Train the model: kedro run --pipeline synthesis_training. Exit status: 0 all went well, 2 it could not be done.
"""


@click.command(cls=Command, epilog=_DETAILS)
@request_options(Portraits)
@out_option("DIR", "folder to write to; made if it does not exist")
@click.option("--grid", is_flag=True, help="write a sheet of all portraits as well")
@model_option(DEFAULT_SYNTHESIS)
@click.option(
    "--transfer",
    default=DEFAULT_TRANSFER,
    show_default=True,
    metavar="MODEL",
    help="the model that applies the look, for composed",
)
def generate(out: Path, grid: bool, model: str, transfer: str, **options: Any) -> None:
    """Make new portraits in a look, of people who do not exist, and write them to a folder."""
    # All that can be wrong is checked before the models are loaded, which takes seconds.
    request = Portraits.checked(**options)
    check_folder(out)
    look = check_look(model, request.look, "generate", "generate", COMMANDS["synthesis"])
    if request.way == "composed":
        check_look(transfer, look, "generate")
    from influencer_style.batches.generated_batch import GeneratedBatch  # noqa: PLC0415 - torch takes seconds
    from influencer_style.stylist.generation import Generation  # noqa: PLC0415

    with resumable():
        generation = Generation.load(request.model_copy(update={"look": look}), model, transfer)
        batch = GeneratedBatch(generation, out)
        written, existing = batch.run(say)
        if grid:
            say(batch.write_sheet())
    rejected = generation.rejected
    again = f"; {rejected} repeated training photos and were drawn again" if rejected else ""
    complain(f"{written} written, {existing} up to date{again}")
