"""`influencer-style trace`: from pictures back to model, run, photos and consents."""

from __future__ import annotations

import argparse
from typing import Any

from influencer_style.commands.common import command_errors
from influencer_style.commands.output import complain, say, say_json


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "trace",
        help="follow pictures back to model, run, photos and consents",
        description="Follow pictures that `stylize` or `generate` wrote back to the registered model, the run that "
        "made it, the photos it was learnt from and the consents. Run it in the project, or set MLFLOW_TRACKING_URI.",
    )
    parser.add_argument("pictures", nargs="+", metavar="FILE", help="JPEG, PNG, WebP or AVIF files")
    parser.add_argument("--json", action="store_true", help="everything, for programs")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print what is known of each picture; return 0, or 1 when one holds no record or the registry does not answer."""
    from influencer_style.provenance.record import RecordError
    from influencer_style.stylist.trace import in_words, trace

    failed = False
    for picture in asked.pictures:
        try:
            traced = trace(picture)
        except (RecordError, *command_errors()) as error:
            failed = True
            complain(error)
            continue
        if asked.json:
            say_json(traced)
            continue
        for line in in_words(picture, traced):
            say(line)
    return 1 if failed else 0
