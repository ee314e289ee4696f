"""Teaching the palette: rows are known truth, always the same, and what it learns shows."""

import pytest
import torch

from influencer_style.examples.shard import StreamSettings, make_shard
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.style_code import code_width
from influencer_style.networks.palette import Sitter
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.game import palette_loss
from influencer_style.training.transfer.palette_fitting import PaletteSettings, Rows, fit_palette, palette_rows

STREAM = StreamSettings(sittings=2, targets=2, looks=1, references=2, grades=2, graded=3, photos=2)


@pytest.fixture(scope="module")
def shard(encoder):
    return make_shard(STREAM, 0, encoder)


@pytest.fixture(scope="module")
def generator(encoder):
    torch.manual_seed(0)
    return TransferGenerator(TransferConfig(code_width(encoder), channels=8, blocks=1)).eval()


def test_rows_tell_every_look_on_everyone_who_wears_it(shard, generator, encoder):
    rows = palette_rows(shard, generator, encoder.groups, 5)
    assert len(rows.inputs) == 2 * 1 * 2 * 2 + 3 * 2  # sittings, looks, grades, people; and grades on two each
    again = palette_rows(shard, generator, encoder.groups, 5)
    assert all(torch.equal(a, b) for a, b in zip(vars(rows).values(), vars(again).values(), strict=True))
    first = to_tensor(shard.neutral[0])
    areas = generator.regions(first)
    code = torch.zeros(2, code_width(encoder))
    assert torch.allclose(rows.colours[:2], Sitter.of(first, areas, code).colours)
    # the look as it was rendered is the first of its grades
    assert torch.allclose(rows.truth[:2], Sitter.of(to_tensor(shard.styled[0, 0]), areas, code).colours, atol=2e-3)


def test_it_learns_and_everything_else_stays(shard, generator, encoder):
    rows = palette_rows(shard, generator, encoder.groups, 5)
    before = {key: value.clone() for key, value in generator.state_dict().items()}

    def loss():
        with torch.no_grad():
            return float(palette_loss(generator.palette(rows.inputs, rows.colours, rows.aims), rows.truth, rows.share))

    untaught, seen = loss(), []
    history = fit_palette(generator, [rows], PaletteSettings(steps=200, rows=16), lambda *told: seen.append(told))
    assert loss() < 0.5 * untaught
    assert history[-1]["step"] == 200 and seen[-1][:2] == (200, 200)
    changed = {key for key, value in generator.state_dict().items() if not torch.equal(value, before[key])}
    assert changed and all(key.startswith("palette.") for key in changed)


def test_rows_of_several_shards_are_joined(shard, generator, encoder):
    rows = palette_rows(shard, generator, encoder.groups, 5)
    both = Rows.joined([rows, rows])
    assert len(both.inputs) == 2 * len(rows.inputs)
    assert torch.equal(both.at(torch.tensor([len(rows.inputs)])).truth, rows.truth[:1])
