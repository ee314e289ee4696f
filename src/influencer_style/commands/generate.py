"""`influencer-style generate`: new portraits in a look, of people who are nobody."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from influencer_style.commands.common import command_errors
from influencer_style.commands.output import complain, say
from influencer_style.stylist.before_loading import check_look
from influencer_style.stylist.generation import (
    ASKED_WAYS,
    DEFAULT_SIZE,
    DEFAULT_SYNTHESIS,
    DEFAULT_WAY,
    TRUNCATION,
    Portraits,
    check_count,
    check_portraits,
)
from influencer_style.stylist.models import DEFAULT_MODEL

_DETAILS = """\
examples:
  influencer-style generate --look aurora --count 16 --seed 7 --out faces
      writes faces/aurora-direct-7-0000.png to -0015.png; run it again, and only what is missing is made
  influencer-style generate --look aurora --count 24 --seed 8 --out faces --grid
      and all 24 on one sheet

The same look, seed, way and model give the same portraits. direct draws somebody in the look; composed draws them
without one, and lays the look over them as stylize does with a photo. Either way the face itself is drawn small, at
the model's own resolution, and enlarged smoothly to --size.
A look can be generated when its consent allows `generate`. What comes out too near to a photo that the model was
trained on is thrown away, and counted. Each picture says in its file that a model made it: influencer-style verify.
Train the model: kedro run --pipeline synthesis_training. Exit status: 0 all went well, 2 it could not be done.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "generate",
        help="make new portraits in a look, of people who do not exist",
        description="Make new portraits in a look, of people who do not exist, and write them to a folder.",
        epilog=_DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--look", required=True, metavar="NAME", help="name of a look that may be generated")
    parser.add_argument("--count", type=int, default=16, help="how many portraits (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other people (default: %(default)s)")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to; made if need be")
    parser.add_argument("--grid", action="store_true", help="write a sheet of all of them as well")
    parser.add_argument(
        "--way",
        choices=ASKED_WAYS,
        default=DEFAULT_WAY,
        help="auto: direct in looks whose photos the model was trained on, else composed (default: %(default)s)",
    )
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, metavar="PX", help="of a side (default: %(default)s)")
    parser.add_argument(
        "--truncation",
        type=float,
        default=TRUNCATION,
        help="above 0 (everybody ordinary, and alike) to 1 (as varied as the model can; default: %(default)s)",
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_SYNTHESIS,
        help="a model folder, or a registered model such as models:/look-synthesis@champion (default: %(default)s)",
    )
    parser.add_argument(
        "--transfer",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help="the model that lays the look over, for composed (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Generate; return 0 when all went well, 2 when it could not be done as it was asked."""
    from influencer_style.batches.gathering import check_folder
    from influencer_style.networks.folder import COMMANDS
    from influencer_style.project.signals import ended_by_signals

    wanted = Portraits(asked.look, asked.seed, asked.way, asked.size, asked.truncation)
    try:
        # All that can be wrong is checked before the models are loaded, which takes seconds.
        check_portraits(wanted)
        check_count(asked.count)
        check_folder(asked.out)
        wanted = replace(
            wanted, look=check_look(asked.model, wanted.look, "generate", "generate", COMMANDS["synthesis"])
        )
        if wanted.way == "composed":
            check_look(asked.transfer, wanted.look, "generate")
        from influencer_style.batches.generated_batch import GeneratedBatch
        from influencer_style.stylist.generation import open_generation

        with ended_by_signals():
            generation = open_generation(wanted, asked.model, asked.transfer)
            batch = GeneratedBatch(generation, asked.out)
            written, there = batch.run(asked.count, say)
            if asked.grid:
                say(batch.write_sheet(asked.count))
    except command_errors() as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        complain("stopped; run it again, and it goes on where it was")
        return 130
    thrown = f"; {generation.rejected} repeated training photos and were drawn again" if generation.rejected else ""
    complain(f"{written} written, {there} up to date{thrown}")
    return 0
