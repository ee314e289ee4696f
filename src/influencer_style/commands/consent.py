"""`influencer-style consent`: an empty form for a creator's consent, and a check of existing ones."""

from __future__ import annotations

from datetime import date, timedelta

import click

from influencer_style.commands.common import Command
from influencer_style.commands.output import complain, say
from influencer_style.consent import clock
from influencer_style.consent.forms import check_consents, new_form
from influencer_style.consent.places import project_ledger

_SOON = timedelta(days=30)


@click.group(no_args_is_help=False)
def consent() -> None:
    """Write and check creators' consents."""


@consent.command(cls=Command, epilog='Example: influencer-style consent new "Ada Example" --folder photos\n')
@click.argument("name")
@click.option("--folder", default=".", help="holds a folder for each creator (default: this one)")
def new(name: str, folder: str) -> None:
    """Write a commented consent.yml into a creator's folder, to be filled in by hand.

    NAME is the creator's name, which becomes their folder's.
    """
    say(new_form(folder, name, clock.today()))
    complain(f"fill in what is empty, then: influencer-style consent check {folder}")


@consent.command(cls=Command, epilog="Exit status: 0 all hold, 1 some do not, 2 there is nothing to check.\n")
@click.argument("folder")
def check(folder: str) -> None:
    """Print for each creator whether their consent holds today, for what, and until when.

    FOLDER holds a folder for each creator; or it is one creator's folder.
    """
    today = clock.today()
    findings = check_consents(folder, today, project_ledger())
    for found in findings:
        if found.problem or found.consent is None:
            say(f"{found.creator}: refused: {found.problem}")
            continue
        expires = found.consent.expires
        soon = " (soon)" if isinstance(expires, date) and expires - today <= _SOON else ""
        say(f"{found.creator}: holds for {', '.join(found.consent.scope)}; expires {expires}{soon}")
    if refused := sum(bool(found.problem) for found in findings):
        complain(f"{refused} of {len(findings)} creators are refused; not one of their photos is read")
        raise click.exceptions.Exit(1)
