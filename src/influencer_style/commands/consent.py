"""`influencer-style consent`: an empty form for a creator's consent, and a check of those that there are."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from typing import Any

from influencer_style.commands.output import complain, say

_SOON = timedelta(days=30)


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("consent", help="write and check creators' consents")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser(
        "new",
        help="write an empty form",
        description="Write a commented consent.yml into the creator's folder, to be filled in by hand.",
        epilog='example: influencer-style consent new "Ada Example" --folder photos',
    )
    new.add_argument("name", help="the creator's name, which becomes their folder's")
    new.add_argument("--folder", default=".", help="holds a folder for each creator (default: this one)")
    new.set_defaults(run=run_new)
    check = actions.add_parser(
        "check",
        help="say of each creator whether their consent holds",
        description="Say of each creator whether their consent holds today, for what, and until when.",
        epilog="exit status: 0 all hold, 1 some do not, 2 there is nothing to check",
    )
    check.add_argument("folder", help="holds a folder for each creator; or one creator's folder")
    check.set_defaults(run=run_check)


def run_new(asked: argparse.Namespace) -> int:
    """Write the form; return 0, or 2 when it cannot be written."""
    from influencer_style.consent import clock
    from influencer_style.consent.forms import new_form
    from influencer_style.consent.grant import ConsentError

    try:
        path = new_form(asked.folder, asked.name, clock.today())
    except (ConsentError, clock.ClockError) as error:
        complain(error)
        return 2
    say(path)
    complain(f"fill in what is empty, then: influencer-style consent check {asked.folder}")
    return 0


def run_check(asked: argparse.Namespace) -> int:
    """Print a line for each creator; return 0 when all consents hold, 1 when some do not, 2 when there are none."""
    from influencer_style.consent import clock
    from influencer_style.consent.audit_row import AuditError
    from influencer_style.consent.forms import check_consents
    from influencer_style.consent.grant import ConsentError
    from influencer_style.consent.places import project_ledger

    try:
        today = clock.today()
        findings = check_consents(asked.folder, today, project_ledger())
    except (ConsentError, AuditError, clock.ClockError) as error:
        complain(error)
        return 2
    for found in findings:
        if found.problem or found.consent is None:
            say(f"{found.creator}: refused: {found.problem}")
            continue
        expires = found.consent.expires
        soon = " (soon)" if isinstance(expires, date) and expires - today <= _SOON else ""
        say(f"{found.creator}: holds for {', '.join(found.consent.scope)}; expires {expires}{soon}")
    refused = sum(bool(found.problem) for found in findings)
    if refused:
        complain(f"{refused} of {len(findings)} creators are refused; not one of their photos is read")
    return 1 if refused else 0
