"""Training material with known truth: the same portraits unstyled and in random looks, and strangers in these looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from influencer_style.looks.areas import REGIONS
from influencer_style.studio.geometry import GBuffer, march
from influencer_style.studio.identity import Identity, Pose, sample_identity, sample_pose
from influencer_style.studio.latent import WIDTH, sitter
from influencer_style.studio.look import Look, sample_look, sample_neutral, vary_look
from influencer_style.studio.population import KNOWN_STREAM, PAIR_STREAM, photo_seed
from influencer_style.studio.render import regions, shade


def crop_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose framed like a face crop twice as wide as the face, with the scatter of a detector's boxes."""
    pose = sample_pose(rng)
    shift = rng.normal(0.0, 0.03, 2).clip(-0.08, 0.08)
    return replace(pose, scale=float(rng.uniform(0.92, 1.32)), dx=float(shift[0]), dy=float(shift[1]))


def _fine(look: Look, size: int) -> Look:
    """The look with the grain that is left of it when a crop of 256 pixels is averaged down to `size`."""
    return replace(look, grain=look.grain * min(1.0, size / 256))


@dataclass(frozen=True)
class Sitting:
    """Some people, unstyled and in some looks, and one stranger who wears each look too. All uint8 sRGB.

    `neutral` is (targets, s, s, 3), `styled` (looks, targets, s, s, 3), `worn` (looks, references, s, s, 3) the
    stranger. `masks`, (targets, 5, s, s), are soft, of what the targets' pictures show, in the order REGIONS.
    `latents`, (targets, WIDTH) float32, have the z of each target, see `latent`; (targets, 0) if they were not made
    from z.
    """

    neutral: np.ndarray
    styled: np.ndarray
    worn: np.ndarray
    masks: np.ndarray
    latents: np.ndarray


def sitting(seed: int, number: int, looks: int, targets: int, references: int, size: int) -> Sitting:
    """Render sitting `number` of the endless many of a seed, at `size` pixels.

    The people of a sitting wear all of its looks, one after the other: marching takes most of the time, and a look can
    be separated from a person if the same person wears several.
    """
    rng = np.random.default_rng((PAIR_STREAM, seed, number))
    people = []
    for _ in range(targets):
        person = sample_identity(rng)
        people.append((person, march(person, crop_pose(rng), size), photo_seed(rng)))
    neutral = np.stack([shade(seen, who, _fine(sample_neutral(rng), size), photo) for who, seen, photo in people])
    masks = np.stack([_masks(seen) for _, seen, _ in people])
    stranger = _stranger(rng, references, size)
    styled, worn = [], []
    for look in (sample_look(rng) for _ in range(looks)):
        styled.append([shade(seen, who, _fine(vary_look(look, rng), size), photo) for who, seen, photo in people])
        worn.append(_worn(stranger, look, rng, size))
    return Sitting(neutral, np.array(styled), np.array(worn), masks, np.zeros((targets, 0), np.float32))


def known_sitting(seed: int, number: int, looks: int, targets: int, references: int, size: int) -> Sitting:
    """Render a sitting whose targets are made from z: z and the look determine everything that their pictures show."""
    rng = np.random.default_rng((KNOWN_STREAM, seed, number))
    latents = rng.standard_normal((targets, WIDTH), dtype=np.float32)
    people = [sitter(z) for z in latents]
    seen = [march(person.identity, person.pose, size) for person in people]

    def shot(look: Look) -> np.ndarray:
        pairs = zip(people, seen, strict=True)
        return np.stack([shade(g, who.identity, _fine(who.wearing(look), size), who.seed) for who, g in pairs])

    stranger, wanted = _stranger(rng, references, size), [sample_look(rng) for _ in range(looks)]
    worn = np.array([_worn(stranger, look, rng, size) for look in wanted])
    styled, masks = np.stack([shot(look) for look in wanted]), np.stack([_masks(g) for g in seen])
    return Sitting(shot(Look()), styled, worn, masks, latents)


def _stranger(rng: np.random.Generator, references: int, size: int) -> tuple[Identity, list[GBuffer]]:
    """Draw a person in this many poses."""
    who = sample_identity(rng)
    # marching takes most of the time: each pose is photographed twice, in another light, before another backdrop
    poses = [march(who, crop_pose(rng), size) for _ in range(-(-references // 2))] * 2
    return who, poses[:references]


def _worn(
    stranger: tuple[Identity, list[GBuffer]], look: Look, rng: np.random.Generator, size: int
) -> list[np.ndarray]:
    who, poses = stranger
    return [shade(seen, who, _fine(vary_look(look, rng), size), photo_seed(rng)) for seen in poses]


def _masks(seen: GBuffer) -> np.ndarray:
    soft = regions(seen)
    return np.stack([(soft[name] * 255.0).round().astype(np.uint8) for name in REGIONS])
