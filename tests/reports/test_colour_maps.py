"""The picture of a colour map: it says what becomes of colours, and every colour is drawn before and after."""

import base64
import re

import numpy as np
import pytest
import torch

from influencer_style.reports.colour_maps import draw_colour_map, mapped


def svg(table):
    kind, _, data = draw_colour_map(table).partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(data).decode()


def test_what_becomes_of_colours_is_read_from_the_table_and_stays_in_range():
    table = torch.zeros(3, 9, 9, 9)
    colours = np.random.default_rng(0).random((20, 3))
    assert mapped(table, colours) == pytest.approx(colours, abs=1e-6)
    table[0] += 0.3
    moved = mapped(table, colours)
    assert moved[:, 0] == pytest.approx(np.minimum(colours[:, 0] + 0.3, 1), abs=1e-6)
    assert moved[:, 1:] == pytest.approx(colours[:, 1:], abs=1e-6)


def test_every_colour_is_drawn_before_and_after():
    still, negative = torch.zeros(3, 9, 9, 9), torch.zeros(3, 9, 9, 9)
    negative += 1 - 2 * torch.linspace(0, 1, 9).view(1, 9, 1, 1)  # by red alone
    drawn = {name: re.findall("fill: (#[0-9a-f]{6})", svg(table)) for name, table in (("s", still), ("n", negative))}
    assert len(drawn["s"]) >= 2 * (11 + 7 + 12 + 12)
    assert all("#a07e56" in colours for colours in drawn.values())
    assert len(set(drawn["n"]) - set(drawn["s"])) > 20
