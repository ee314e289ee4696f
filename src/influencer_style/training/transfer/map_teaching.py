"""Teaches colour maps: from questions whose answer is known, see `examples.colour_questions`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from pydantic.dataclasses import dataclass
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.examples.colour_questions import Questions, edit_components
from influencer_style.examples.photographs import Photographs
from influencer_style.examples.question_files import kept_questions
from influencer_style.examples.shard import CHECKED, Seed
from influencer_style.looks.pixels import to_linear
from influencer_style.networks.colour_map import COMPONENTS, INPUTS, ColourMap, read_table
from influencer_style.training.engine import ignore
from influencer_style.training.settings import LearningRate, Share, Weight

_COLOURS = 128  # of a question, for each step
_SUBTLE = 2.0  # looks whose colour difference is below this count about alike; else subtle ones hardly would
_SHOWN_EVERY = 50
_CHUNK = 500
_XYZ = torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = torch.tensor([0.9505, 1.0, 1.089])


_Count = Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True, config=CHECKED)
class MapSettings:
    """How a colour map is taught.

    Attributes:
        questions: How many are drawn from the photos.
        steps: Steps, each of `batch` questions.
        batch: Questions of a step.
        rate: The learning rate, which falls over the second half.
        noise: Deviation of the noise on the normalised inputs, and half as much more on mean colours: else a map learns
            the people's colours by heart.
        seed: Of questions and of their order.
        decay: Weight decay (AdamW).
        warm_up: Steps in which the rate grows.
        fresh: Whether the map is taught from nothing; else what it has learnt before goes on.
    """

    questions: _Count = 6000
    steps: _Count = 600
    batch: _Count = 128
    rate: LearningRate = 1e-4
    noise: Weight = 0.5
    seed: Seed = 7
    decay: Share = 0.02
    warm_up: _Count = 100
    fresh: bool = False


def learn_colour_map(
    start: ColourMap,
    crops: np.ndarray,
    settings: MapSettings,
    folder: Path,
    workers: int = 1,
    progress: Callable[[int, int, str], None] = ignore,
) -> tuple[ColourMap, list[float]]:
    """Return a colour map that has learnt from people without a look, and its errors, see `teach_colour_map`.

    Args:
        start: The map to go on from, which is left as it is, if the settings are not for a fresh one.
        crops: Face crops, uint8 (people, s, s, 3), of 12 people or more.
        settings: How it is taught.
        folder: Where questions are kept, so that an interrupted teaching continues; of the same crops and settings.
        workers: Processes that draw questions.
        progress: Receives now and then how much of how many questions or steps is done, and what is going on.

    Raises:
        ValueError: For fewer than 12 people.
    """
    rng = torch.Generator().manual_seed(settings.seed)
    photographs = Photographs.of(crops, rng)
    material = kept_questions(photographs, settings.questions, settings.seed, folder, workers, progress)
    colour_map = ColourMap()
    if settings.fresh:
        colour_map.components.copy_(edit_components(photographs, COMPONENTS, rng))
        colour_map.mean.copy_(material.codes.mean(0))
        colour_map.deviation.copy_(material.codes.std(0).clamp_min(1e-3))
    else:
        colour_map.load_state_dict(start.state_dict())
    return colour_map.eval(), teach_colour_map(colour_map, material, settings, progress)


def teach_colour_map(
    colour_map: ColourMap,
    questions: Questions,
    settings: MapSettings,
    progress: Callable[[int, int, str], None] = ignore,
) -> list[float]:
    """Teach a map in place; return its error at each step, a share of that of doing nothing.

    `progress` receives now and then the number of steps taken, that of all steps, and the error.

    The loss is the colour difference, so what photos do not tell is left as it is most likely (the median).
    """
    s, q = settings, questions
    rng = torch.Generator().manual_seed(s.seed)
    spread = torch.full((INPUTS,), s.noise)
    for numbers in spread[42:133].view(-1, 13):  # of the whole picture and of each area
        numbers[3:6] *= 1.5  # the set's mean colour
    nothing = _errors_of_nothing(q)
    weights = (nothing + _SUBTLE) ** -0.5
    colour_map.requires_grad_(True)
    optimizer = torch.optim.AdamW(colour_map.parameters(), lr=s.rate, weight_decay=s.decay)
    errors = []
    for step in range(s.steps):
        for group in optimizer.param_groups:
            group["lr"] = s.rate * min(1, (step + 1) / s.warm_up, 2 * (1 - step / s.steps))
        rows = torch.randint(len(q), (s.batch,), generator=rng)
        some = torch.randperm(q.before.shape[1], generator=rng)[:_COLOURS]
        part = Questions(q.codes[rows], q.before[rows][:, some], q.after[rows][:, some])
        losses = _errors(colour_map, part, spread * torch.randn(s.batch, INPUTS, generator=rng)) * weights[rows]
        optimizer.zero_grad()
        losses.mean().backward()
        nn.utils.clip_grad_norm_(colour_map.parameters(), 1.0)
        optimizer.step()
        errors.append(float(losses.detach().sum() / (nothing[rows] * weights[rows]).sum()))
        if (step + 1) % _SHOWN_EVERY == 0 or step + 1 == s.steps:
            mean = sum(errors[-_SHOWN_EVERY:]) / len(errors[-_SHOWN_EVERY:])
            progress(step + 1, s.steps, f"colour map {mean:.2f}")
    colour_map.requires_grad_(False)  # as in every finished generator
    return errors


def _errors_of_nothing(questions: Questions) -> Tensor:
    """Return the mean colour difference (CIE94) of the unchanged colours to the answer of each question, (n,)."""
    pairs = zip(questions.before.split(_CHUNK), questions.after.split(_CHUNK), strict=True)
    return torch.cat([_distance(one.float() / 255, other.float() / 255).mean(1) for one, other in pairs])


def _errors(colour_map: ColourMap, questions: Questions, noise: Tensor | None = None) -> Tensor:
    before, after = questions.before.float() / 255, questions.after.float() / 255
    tables = colour_map(questions.codes, noise)
    results = before + read_table(tables, before.transpose(1, 2).unsqueeze(3))[..., 0].transpose(1, 2)
    return _distance(results.clamp(-0.05, 1.05), after).mean(1)


def _distance(results: Tensor, truth: Tensor) -> Tensor:
    """Colour differences (CIE94, smooth at 0) of sRGB colours (..., 3)."""
    (light, *one), (other_light, *other) = (_lab(colours).unbind(-1) for colours in (results, truth))
    chroma, true_chroma = (torch.hypot(a + 1e-3, b) for a, b in (one, other))
    apart = sum(((a - b).square() for a, b in zip(one, other, strict=True)), start=torch.zeros_like(light))
    hue = (apart - (chroma - true_chroma).square()).clamp_min(0)
    colour = ((chroma - true_chroma) / (1 + 0.045 * true_chroma)).square() + hue / (1 + 0.015 * true_chroma).square()
    return ((light - other_light).square() + colour + 0.05).sqrt()


def _lab(colours: Tensor) -> Tensor:
    x, y, z = F.linear(to_linear(colours), _XYZ / _WHITE[:, None]).unbind(-1)
    x, y, z = (torch.where(v > 0.008856, v.clamp_min(1e-4) ** (1 / 3), 7.787 * v + 16 / 116) for v in (x, y, z))
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)
