"""Training material with known truth: the same portraits unstyled and in random looks, and strangers who wear these."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from influencer_style.studio.geometry import GBuffer, march
from influencer_style.studio.identity import Pose, sample_identity, sample_pose
from influencer_style.studio.look import Look
from influencer_style.studio.look_sampling import sample_look, sample_neutral, vary_look
from influencer_style.studio.population import PAIR_STREAM, photo_seed
from influencer_style.studio.render import regions, shade

REGIONS = ("skin", "lips", "eyes", "hair", "background")


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


def _masks(seen: GBuffer) -> np.ndarray:
    soft = regions(seen)
    return np.stack([(soft[name] * 255.0).round().astype(np.uint8) for name in REGIONS])
