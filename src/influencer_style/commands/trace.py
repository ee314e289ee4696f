"""`influencer-style trace`: from pictures back to model, run, photos and consents."""

from __future__ import annotations

from dataclasses import asdict

import click

from influencer_style.commands.common import Command, command_errors
from influencer_style.commands.output import complain, say, say_json
from influencer_style.provenance.record import RecordError
from influencer_style.stylist import trace as tracing


@click.command(cls=Command)
@click.argument("pictures", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="print everything, for programs")
def trace(pictures: tuple[str, ...], as_json: bool) -> None:
    """Follow pictures back to model, run, photos and consents.

    They are JPEG, PNG, WebP or AVIF files that `stylize` or `generate` wrote; found are the registered model, the run
    that made it, the photos it was learnt from and the consents. Run it in the project, or set MLFLOW_TRACKING_URI.
    """
    failed = False
    for picture in pictures:
        try:
            found = tracing.trace(picture)
        except Exception as error:
            if not isinstance(error, (RecordError, *command_errors())):
                raise
            failed = True
            complain(error)
            continue
        if as_json:
            say_json(asdict(found))
            continue
        for line in tracing.in_words(picture, found):
            say(line)
    if failed:
        raise click.exceptions.Exit(1)
