"""Trains the palette, which predicts mean colours: on whole studio shards, hundreds of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.examples.grades import apply_grades
from influencer_style.examples.paired import draw_crowd, subset
from influencer_style.examples.shard import CHECKED, Seed, Shard
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.regional import area_colours
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import style_code
from influencer_style.networks.palette import Sitter
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.engine import ignore
from influencer_style.training.game import palette_loss
from influencer_style.training.settings import LearningRate, Share, Weight

_WARM_UP = 100
_Count = Annotated[int, Field(ge=1, le=1_000_000)]


@checked_dataclass(frozen=True, config=CHECKED)
class PaletteSettings:
    """How the palette is trained: by Adam with decoupled weight decay (Loshchilov and Hutter 2019), at a falling rate.

    `rows` are the pairs of a picture and a look in a step, `noise` is the standard deviation of what is added to what
    the palette reads.
    """

    steps: _Count = 5000
    rows: _Count = 256
    rate: LearningRate = 1e-3
    decay: Share = 0.05
    noise: Weight = 0.05
    seed: Seed = 7


@dataclass(frozen=True)
class Rows(Batch):
    """What the palette is given (see `Palette.forward`), and the truth, row by row.

    It reads `inputs`, and has mean colours (n, 6, 3) of the picture, of the look (`aims`) and of the picture in that
    look (`truth`); `share`, (n, 6, 1), is the share of the picture that each area takes.
    """

    inputs: Tensor
    colours: Tensor
    aims: Tensor
    truth: Tensor
    share: Tensor

    def __len__(self) -> int:
        return len(self.inputs)


def palette_rows(shard: Shard, generator: TransferGenerator, groups: DescriptorGroups, seed: int) -> Rows:
    """Return a row for every look of a shard on each of its sitters, and for every grade on two others.

    The same arguments give the same rows. `groups` are those of the encoder that described the shard, `seed` is that of
    the sets that show the looks, and of the crowds that these are compared with.
    """
    rng = torch.Generator().manual_seed(seed)
    everyone = torch.arange(len(shard.people))
    targets = shard.neutral.shape[1]
    rows: list[Rows] = []

    def code_of(photos: SetStatistics, strangers: Tensor) -> Tensor:
        return style_code(photos, draw_crowd(shard, strangers, rng), groups)

    for i, sitting in enumerate(shard.descriptors):
        pictures = to_tensor(shard.neutral[i])
        strangers = everyone[everyone // targets != i] if len(shard.neutral) > 1 else everyone
        for look, grades in enumerate(sitting):
            styled = to_tensor(shard.styled[i, look])
            for number, grade in enumerate(shard.grades[i, look]):
                some = subset(grades.shape[1], 1, rng)
                photos = shard.worn(i, look, number, some)
                truth = apply_grades(styled, grade.expand(targets, -1))
                rows.append(_row(generator, pictures, truth, code_of(photos, strangers)))
    people = to_tensor(shard.people)
    for number, (grade, shown) in enumerate(zip(shard.maps, shard.shown, strict=True)):
        some = subset(len(shown), 1, rng)
        photos = shard.mapped(number, some)
        free = everyone[~torch.isin(everyone, shown)]
        free = free[torch.randperm(len(free), generator=rng)]
        who, strangers = free[:2], free[2:] if len(free) > 2 else free
        truth = apply_grades(people[who], grade.expand(len(who), -1))
        rows.append(_row(generator, people[who], truth, code_of(photos, strangers)))
    return Rows.joined(rows)


def fit_palette(
    generator: TransferGenerator,
    rows: Iterable[Rows],
    settings: PaletteSettings,
    progress: Callable[[int, int, str], None] = ignore,
) -> list[dict[str, float]]:
    """Train a generator's palette from nothing, in place; its members learn from different rows.

    `progress` receives now and then the number of steps taken, that of all steps, and the loss. Returns the loss (mean
    absolute error of colours) every hundredth of the way.
    """
    s, material = settings, Rows.joined(list(rows))
    history: list[dict[str, float]] = []
    rng = torch.Generator().manual_seed(s.seed)
    palette = generator.palette.requires_grad_(True)
    optimizer = torch.optim.AdamW(palette.parameters(), lr=s.rate, weight_decay=s.decay)
    for step in range(s.steps):
        # Not torch's LambdaLR, which multiplies in another order: weights would differ in their last bits.
        optimizer.param_groups[0]["lr"] = s.rate * min(1.0, (step + 1) / _WARM_UP) * (1 - step / s.steps)
        batch = material.at(torch.randint(len(material), (s.rows,), generator=rng))
        inputs = batch.inputs + s.noise * torch.randn(batch.inputs.shape, generator=rng)
        loss = palette_loss(palette(inputs, batch.colours, batch.aims), batch.truth, batch.share)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if (step + 1) % max(1, s.steps // 100) == 0:
            history.append({"step": step + 1, "palette": float(loss.detach())})
            progress(step + 1, s.steps, f"palette {history[-1]['palette']:.4f}")
    return history


def _row(generator: TransferGenerator, pictures: Tensor, truth: Tensor, code: Tensor) -> Rows:
    codes = code.expand(len(pictures), -1)
    with torch.no_grad():
        regions = generator.regions(pictures)
        sitter = Sitter.of(pictures, regions, codes)
        _, wanted = area_colours(truth, regions)
        return Rows(*generator.palette_inputs(pictures, codes, sitter), wanted, sitter.share)
