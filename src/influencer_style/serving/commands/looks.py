"""`influencer-style looks`: the names of the looks, one a line."""

from __future__ import annotations

import argparse
from typing import Any

from influencer_style.serving.commands.common import model_option, open_stylist
from influencer_style.serving.commands.output import say


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("looks", parents=[model_option()], help="print the names of the looks, one a line")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print the names; return 0, or 2 when there is no model."""
    stylist = open_stylist(asked.model)
    if stylist is None:
        return 2
    for name in stylist.looks:
        say(name)
    return 0
