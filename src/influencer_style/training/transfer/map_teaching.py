"""Teaches colour maps: from questions whose answer is known, see `examples.colour_questions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.examples.colour_questions import Questions
from influencer_style.looks.pixels import to_linear
from influencer_style.networks.colour_map import INPUTS, ColourMap, read_table
from influencer_style.training.engine import ignore

_COLOURS = 128  # of a question, for each step
_SUBTLE = 2.0  # looks whose colour difference is below this count about alike; else subtle ones hardly would
_SHOWN_EVERY = 50
_CHUNK = 500
_XYZ = torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = torch.tensor([0.9505, 1.0, 1.089])


@dataclass(frozen=True)
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
    """

    questions: int
    steps: int
    batch: int = 64
    rate: float = 1e-4
    noise: float = 0.3
    seed: int = 7
    decay: float = 0.02
    warm_up: int = 20


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
