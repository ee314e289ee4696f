"""Training material with known truth: the same portraits unstyled and in random looks, and strangers who wear these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from influencer_style.studio.geometry import GBuffer, march
from influencer_style.studio.identity import Pose, sample_identity, sample_pose
from influencer_style.studio.look import Look
from influencer_style.studio.look_sampling import sample_look, sample_neutral, vary_look
from influencer_style.studio.population import CROWD_STREAM, PAIR_STREAM, photo_seed
from influencer_style.studio.render import regions, render, shade
from influencer_style.studio.workers import in_parallel

REGIONS = ("skin", "lips", "eyes", "hair", "background")
CROWD = 96
SHARED = 3  # looks in a sitting


@dataclass(frozen=True)
class StudioPairs:
    """Portraits, uint8 sRGB (..., s, s, 3), and soft masks, uint8 (looks, targets, 5, s, s), in the order REGIONS."""

    neutral: np.ndarray  # (looks, targets, s, s, 3) unstyled
    styled: np.ndarray  # (looks, targets, s, s, 3) the same people, poses and framings in look l
    references: np.ndarray  # (looks, references, s, s, 3) one other person in look l, in other poses
    regions: np.ndarray
    population: np.ndarray  # (96, s, s, 3) unstyled portraits of yet other people

    @classmethod
    def none(cls, size: int) -> StudioPairs:
        """Return no pairs at all, `size` pixels wide: where nothing is learnt from them."""
        pictures = np.zeros((0, 1, size, size, 3), np.uint8)
        return cls(pictures, pictures, pictures, np.zeros((0, 1, len(REGIONS), size, size), np.uint8), pictures[:, 0])


def crop_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose framed like a face crop twice as wide as the face, with the scatter of a detector's boxes."""
    pose = sample_pose(rng)
    shift = rng.normal(0.0, 0.03, 2).clip(-0.08, 0.08)
    return replace(pose, scale=float(rng.uniform(0.92, 1.32)), dx=float(shift[0]), dy=float(shift[1]))


def _fine(look: Look, size: int) -> Look:
    """The look with the grain that is left of it when a crop of 256 pixels is averaged down to `size`."""
    return replace(look, grain=look.grain * min(1.0, size / 256))


def sitting(
    seed: int, number: int, looks: int, targets: int, references: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Render sitting `number` of the endless many of a seed, at `size` pixels.

    The people of a sitting wear all of its looks, one after the other: marching is what takes time, and a look is told
    from a person where the same person wears several.

    Returns:
        uint8 sRGB: neutral (targets, s, s, 3); styled (looks, targets, s, s, 3); one stranger in each look (looks,
        references, s, s, 3); and the targets' soft masks, uint8 (targets, 5, s, s), in the order REGIONS.
    """
    rng = np.random.default_rng((PAIR_STREAM, seed, number))
    people = []
    for _ in range(targets):
        person = sample_identity(rng)
        people.append((person, march(person, crop_pose(rng), size), photo_seed(rng)))
    neutral = np.stack([shade(seen, who, _fine(sample_neutral(rng), size), photo) for who, seen, photo in people])
    masks = np.stack([_masks(seen) for _, seen, _ in people])
    stranger = sample_identity(rng)
    # marching is what takes time: each pose is photographed twice, under another light, before another backdrop
    poses = [march(stranger, crop_pose(rng), size) for _ in range(-(-references // 2))] * 2
    poses = poses[:references]
    styled, worn = [], []
    for _ in range(looks):
        look = sample_look(rng)
        styled.append([shade(seen, who, _fine(vary_look(look, rng), size), photo) for who, seen, photo in people])
        worn.append([shade(seen, stranger, _fine(vary_look(look, rng), size), photo_seed(rng)) for seen in poses])
    return neutral, np.array(styled), np.array(worn), masks


def _sitting(job: tuple[int, int, int, int, int, int]) -> list[tuple[np.ndarray, ...]]:
    """The looks of one sitting; of each: neutral, styled, references and regions."""
    neutral, styled, worn, masks = sitting(*job)
    return [(neutral, in_look, references, masks) for in_look, references in zip(styled, worn, strict=True)]


def _masks(seen: GBuffer) -> np.ndarray:
    soft = regions(seen)
    return np.stack([(soft[name] * 255.0).round().astype(np.uint8) for name in REGIONS])


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

    Each look is shown by `targets` people (unstyled and styled) and, `references` times, by one more person; three
    looks share their people. `size` is in pixels; the same arguments give the same pixels. Raises ValueError if a
    number is below 1.
    """
    if min(looks, targets, references) < 1:
        raise ValueError("looks, targets and references must be at least 1")
    # one pool for both kinds of work: starting processes takes seconds
    starts = range(0, looks, SHARED)
    jobs: list[tuple[Callable, tuple]] = [
        (_sitting, (seed, start, min(SHARED, looks - start), targets, references, size)) for start in starts
    ]
    jobs += [(_bystander, (seed, n, size)) for n in range(CROWD)]
    done = list(in_parallel(_do, jobs, workers, progress, "pairs"))
    shown = [look for sitting in done[: len(starts)] for look in sitting]
    neutral, styled, worn, masks = (np.stack(part) for part in zip(*shown, strict=True))
    return StudioPairs(neutral, styled, worn, masks, np.stack(done[len(starts) :]))
