"""`influencer-style audit`: whether the log of decisions about consents is whole, and what it says of a creator."""

from __future__ import annotations

import argparse
from collections import Counter, deque
from pathlib import Path
from typing import Any

from influencer_style.commands.output import complain, say
from influencer_style.consent.audit_row import AuditError, Head, Row
from influencer_style.storage.text import one_line

_SHOWN = 100  # rows of a creator that are listed, the latest
_EXAMPLES = """\
examples:
  influencer-style audit
      is the log of this project whole?
  influencer-style audit --head 42:5d0c...
      and does it still have the row that was its last when that was noted? Reports say their head, and so does every
      pipeline run in MLflow (tag audit_head): a log that was cut off or written anew since does not have it
  influencer-style audit --creator "Ada Example"
      what was decided about her photos and look, when, and why

exit status: 0 the log is whole, 1 it is not, 2 there is none, or it cannot be read
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "audit",
        help="verify the log of decisions about consents",
        description="Verify the log of all decisions about creators' consents, row by row.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ledger",
        type=Path,
        metavar="DIR",
        help="the ledger's folder (default: where decisions made here go)",
    )
    parser.add_argument("--head", metavar="N:HASH", help="a head of the log that was noted elsewhere")
    parser.add_argument("--creator", metavar="NAME", help=f"also list the latest {_SHOWN} rows of this creator")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print the verdict; return 0 when the log is whole, 1 when it is not, 2 when there is none that can be read."""
    from influencer_style.consent.audit_check import verify
    from influencer_style.consent.audit_log import rows_of
    from influencer_style.consent.ledger import Ledger
    from influencer_style.consent.places import project_ledger
    from influencer_style.consent.slug import slug

    try:
        path = (project_ledger() if asked.ledger is None else Ledger(asked.ledger)).log.path
        found = verify(path, None if asked.head is None else Head.of(asked.head))
        counts: Counter[str] = Counter()
        latest: deque[Row] = deque(maxlen=_SHOWN)
        for row in rows_of(path):
            counts[_kind(row)] += 1
            if asked.creator is not None and row.text("creator") == slug(asked.creator):
                counts["of the creator"] += 1
                latest.append(row)
    except AuditError as error:
        complain(error)
        return 2
    of_creator = counts.pop("of the creator", 0)
    say(f"{path}: {'broken' if found.problems else 'whole'}")
    say(f"rows  {found.rows}" + "".join(f"; {kind} {count}" for kind, count in counts.most_common(9)))
    say(f"head  {found.head}")
    if found.unfinished:
        say(
            f"mind  the last {found.unfinished} bytes are an incomplete row, whose writer was killed; "
            "the next write removes them"
        )
    for problem in found.problems:
        say(f"wrong {problem}")
    if asked.creator is not None:
        earlier = f", the latest {_SHOWN}" if of_creator > _SHOWN else ""
        say(f"{of_creator} {'row' if of_creator == 1 else 'rows'} of {asked.creator}{earlier}")
        for row in latest:
            say(_in_words(row))
    return 1 if found.problems else 0


def _kind(row: Row) -> str:
    return (row.text("decision") or row.event)[:40]


def _in_words(row: Row) -> str:
    stage, scope = row.text("stage"), row.text("scope")
    reason = row.text("reason") or row.text("place")
    said = f"{row.n}  {row.time}  {stage}  {_kind(row)}" + (f" to {scope}" if scope else "")
    return one_line(f"{said}: {reason}" if reason else said)[:600]
