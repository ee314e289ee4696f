"""`influencer-style looks`: the names of the looks, one a line."""

from __future__ import annotations

import click

from influencer_style.commands.common import Command, model_option
from influencer_style.commands.output import complain, say
from influencer_style.looks.few_photos import is_thin, thin_words
from influencer_style.stylist.models import open_listing


@click.command(cls=Command)
@model_option()
def looks(model: str) -> None:
    """Print the names of the looks, one a line; and on the error output, which were learnt from too few photos."""
    listed = open_listing(model).looks
    for name in listed.names:
        say(name)
    for name in listed.names:
        if is_thin(count := listed[name].count):
            complain(thin_words(name, count))
