"""Training material with known truth: the same portraits unstyled and in random looks, and strangers who wear these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from influencer_style.studio.geometry import march
from influencer_style.studio.identity import Pose, sample_identity, sample_pose
from influencer_style.studio.look import Look, sample_look, sample_neutral, vary_look
from influencer_style.studio.population import CROWD_STREAM, PAIR_STREAM, photo_seed
from influencer_style.studio.render import regions, render, shade
from influencer_style.studio.workers import in_parallel

REGIONS = ("skin", "lips", "eyes", "hair", "background")
CROWD = 96


@dataclass(frozen=True)
class StudioPairs:
    """Portraits, uint8 sRGB (..., s, s, 3), and soft masks, uint8 (looks, targets, 5, s, s), in the order REGIONS."""

    neutral: np.ndarray  # (looks, targets, s, s, 3) unstyled
    styled: np.ndarray  # (looks, targets, s, s, 3) the same people, poses and framings in look l
    references: np.ndarray  # (looks, references, s, s, 3) one other person in look l, in other poses
    regions: np.ndarray
    population: np.ndarray  # (96, s, s, 3) unstyled portraits of yet other people


def crop_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose framed like a face crop twice as wide as the face, with the scatter of a detector's boxes."""
    pose = sample_pose(rng)
    shift = rng.normal(0.0, 0.03, 2).clip(-0.08, 0.08)
    return replace(pose, scale=float(rng.uniform(0.92, 1.32)), dx=float(shift[0]), dy=float(shift[1]))


def _fine(look: Look, size: int) -> Look:
    """The look with the grain that is left of it when a crop of 256 pixels is averaged down to `size`."""
    return replace(look, grain=look.grain * min(1.0, size / 256))


def _look_set(job: tuple[int, int, int, int, int]) -> tuple[np.ndarray, ...]:
    """All portraits of one look: neutral, styled, references and regions."""
    seed, number, targets, references, size = job
    rng = np.random.default_rng((PAIR_STREAM, seed, number))
    look = sample_look(rng)
    neutral, styled, masks = [], [], []
    for _ in range(targets):
        person, photo = sample_identity(rng), photo_seed(rng)
        seen = march(person, crop_pose(rng), size)
        neutral.append(shade(seen, person, _fine(sample_neutral(rng), size), photo))
        styled.append(shade(seen, person, _fine(vary_look(look, rng), size), photo))
        soft = regions(seen)
        masks.append(np.stack([(soft[name] * 255.0).round().astype(np.uint8) for name in REGIONS]))
    stranger = sample_identity(rng)
    worn = [
        render(stranger, crop_pose(rng), _fine(vary_look(look, rng), size), size, photo_seed(rng))
        for _ in range(references)
    ]
    return np.stack(neutral), np.stack(styled), np.stack(worn), np.stack(masks)


def _bystander(job: tuple[int, int, int]) -> np.ndarray:
    seed, number, size = job
    rng = np.random.default_rng((CROWD_STREAM, seed, number))
    return render(sample_identity(rng), crop_pose(rng), _fine(sample_neutral(rng), size), size, photo_seed(rng))


def _do(job: tuple[Callable, tuple]) -> Any:
    work, arguments = job
    return work(arguments)


def render_pairs(
    looks: int, targets: int, references: int, size: int, seed: int, workers: int = 2, progress: bool = True
) -> StudioPairs:
    """Render training pairs of `looks` random looks; neither the creators' looks nor anyone of the demo set takes part.

    Each look is shown by `targets` people (unstyled and styled) and, `references` times, by one more person. `size` is
    in pixels; the same arguments give the same pixels. Raises ValueError if a number is below 1.
    """
    if min(looks, targets, references) < 1:
        raise ValueError("looks, targets and references must be at least 1")
    # one pool for both kinds of work: starting processes takes seconds
    jobs: list[tuple[Callable, tuple]] = [(_look_set, (seed, n, targets, references, size)) for n in range(looks)]
    jobs += [(_bystander, (seed, n, size)) for n in range(CROWD)]
    done = list(in_parallel(_do, jobs, workers, progress, "pairs"))
    neutral, styled, worn, masks = (np.stack(part) for part in zip(*done[:looks], strict=True))
    return StudioPairs(neutral, styled, worn, masks, np.stack(done[looks:]))
