"""`influencer-style looks`: the names of the looks, one a line."""

from __future__ import annotations

import argparse
from typing import Any

from influencer_style.commands.common import command_errors, model_option
from influencer_style.commands.output import complain, say
from influencer_style.looks.few_photos import is_thin, thin_words
from influencer_style.stylist.before_loading import open_listing


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("looks", parents=[model_option()], help="print the names of the looks, one a line")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print the names, and on the error output which too few photos taught; return 0, or 2 when there is no model."""
    try:
        listing = open_listing(asked.model)
    except command_errors() as error:
        complain(error)
        return 2
    for name in listing.looks.names:
        say(name)
    for name in listing.looks.names:
        if is_thin(count := listing.looks[name].count):
            complain(thin_words(name, count))
    return 0
