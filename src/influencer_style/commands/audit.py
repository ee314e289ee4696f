"""`influencer-style audit`: whether the log of decisions about consents is whole, and what it says of a creator."""

from __future__ import annotations

from collections import Counter, deque
from pathlib import Path

import click

from influencer_style.commands.common import Command
from influencer_style.commands.output import say
from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_log import rows_of
from influencer_style.consent.audit_row import Head, Row
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.places import project_ledger
from influencer_style.consent.slug import slug
from influencer_style.storage.text import one_line

_SHOWN = 100  # rows of a creator that are listed, the latest
_EXAMPLES = """\
Examples:
  influencer-style audit
      is the log of this project whole?
  influencer-style audit --head 42:5d0c...
      does it still have the row that was its last when this head was noted? Reports show their head, and every pipeline
      run in MLflow has it (tag audit_head); a log that was cut off or rewritten since does not
  influencer-style audit --creator "Ada Example"
      what was decided about her photos and look, when, and why

Exit status: 0 the log is whole, 1 it is not, 2 there is none, or it cannot be read.
"""


@click.command(cls=Command, epilog=_EXAMPLES)
@click.option("--ledger", metavar="DIR", help="the ledger's folder (default: where decisions made here go)")
@click.option("--head", metavar="N:HASH", help="a head of the log that was noted elsewhere")
@click.option("--creator", metavar="NAME", help=f"also list the latest {_SHOWN} rows of this creator")
def audit(ledger: str | None, head: str | None, creator: str | None) -> None:
    """Verify the log of all decisions about creators' consents, row by row."""
    path = (project_ledger() if ledger is None else Ledger(Path(ledger))).log.path
    found = verify(path, None if head is None else Head.of(head))
    counts: Counter[str] = Counter()
    of_creator, latest = 0, deque[str](maxlen=_SHOWN)
    for row in rows_of(path):
        counts[_kind(row)] += 1
        if creator is not None and row.text("creator") == slug(creator):
            of_creator += 1
            latest.append(_in_words(row))
    say(f"{path}: {'broken' if found.problems else 'whole'}")
    say(f"rows  {found.rows}" + "".join(f"; {kind} {count}" for kind, count in counts.most_common(9)))
    say(f"head  {found.head}")
    if found.unfinished:
        incomplete = f"the last {found.unfinished} bytes are an incomplete row, whose writer was killed"
        say(f"mind  {incomplete}; the next write removes them")
    for problem in found.problems:
        say(f"wrong {problem}")
    if creator is not None:
        earlier = f", the latest {_SHOWN}" if of_creator > _SHOWN else ""
        say(f"{of_creator} {'row' if of_creator == 1 else 'rows'} of {creator}{earlier}")
        for line in latest:
            say(line)
    if found.problems:
        raise click.exceptions.Exit(1)


def _kind(row: Row) -> str:
    return (row.text("decision") or row.event)[:40]


def _in_words(row: Row) -> str:
    scope, reason = row.text("scope"), row.text("reason") or row.text("place")
    words = f"{row.n}  {row.time}  {row.text('stage')}  {_kind(row)}" + (f" to {scope}" if scope else "")
    return one_line(f"{words}: {reason}" if reason else words)[:600]
