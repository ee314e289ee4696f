"""Adapts the base of synthesis to creators' photos; what comes of it is kept only where it surely is nearer to them.

Their style codes tell the base their looks without any training. What training adds is light: an adversary that sees
their photos, and their Gram statistics. Who is drawn stays what the base drew: in a look its shapes are held on to, so
that a few photos of one person do not teach who is in them, and without a look all of it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from influencer_style.adversarial.creators import CreatorPhotos, Restyling
from influencer_style.adversarial.examples import with_noise
from influencer_style.adversarial.loop import Watch
from influencer_style.adversarial.synthesis_examples import KnownPortraits
from influencer_style.adversarial.synthesis_training import SynthesisSettings, made, train_synthesis
from influencer_style.faces.detect import Detector
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.metrics.diversity import diversity
from influencer_style.metrics.intervals import Interval
from influencer_style.metrics.kid import LEAST_PHOTOS, kid_difference, kid_features
from influencer_style.networks.bundle import to_uint8
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.networks.synthesis_base import SynthesisBase

BASE, ADAPTED = "base", "adapted"
DETECTED_AT = 256  # pixels: small portraits are enlarged before faces are looked for
_CHECKED = 32  # portraits in each look
_CHECKED_SEED = 1_000_003
_FEWER_FACES, _LESS_DIVERSE = 0.02, 0.9


@dataclass(frozen=True)
class SynthesisAdaptation:
    """What came of it.

    Attributes:
        generator: the one to use.
        history: of the losses of the training, whether it was kept or not.
        kept: `base` or `adapted`.
        why: a sentence.
        kid: how much further from the creators' unseen photos than the base's portraits; None where there are too few.
        faces, diversity: of the base and of the adapted generator.
    """

    generator: SynthesisGenerator
    history: list[dict[str, float]]
    kept: str
    why: str
    kid: Interval | None
    faces: tuple[float, float]
    diversity: tuple[float, float]


def adapt_synthesis(
    base: SynthesisBase,
    creators: CreatorPhotos,
    unseen: dict[str, np.ndarray],
    settings: SynthesisSettings,
    encoder: StyleEncoder,
    folder: Path,
    detector: Detector,
    watch: Watch | None = None,
    device: str = "cpu",
) -> SynthesisAdaptation:
    """Train from the base on creators' photos, and choose; an interrupted adaptation goes on.

    Args:
        base: to start from, and to fall back on.
        creators: their photos.
        unseen: uint8 (m, s, s, 3) of each creator, photos that training has not seen.
        settings: of the training; in `examples` portraits of a step it is held to the base without a look.
        encoder: of the style codes.
        folder: for the checkpoint.
        detector: finds faces.
        watch: told losses, and shown the generator, along the way.
        device: torch's name of it.

    Raises:
        TrainingDiverged: see `loop.run_steps`.
    """
    held = copy.deepcopy(base.generator).to(device)
    neutral, width = creators.looks.neutral_code(), base.config.noise

    def without_a_look(step: int, chance: torch.Generator) -> KnownPortraits:
        noise = torch.randn(settings.examples, width, generator=chance)
        codes = with_noise(neutral.expand(settings.examples, -1), settings.code_noise, chance)
        truth = made(held, noise, codes)
        return KnownPortraits(noise, codes, truth, torch.ones_like(truth[:, :1]))

    def in_looks(step: int, chance: torch.Generator) -> Restyling:
        drawn = creators.batch(settings.photos, settings.code_noise, width, chance)
        return replace(drawn, inputs=made(held, drawn.noise, drawn.codes))

    state = train_synthesis(
        settings, without_a_look, encoder, folder / "adapted.pt", watch, in_looks, len(creators.names), device,
        base.generator,
    )  # fmt: skip
    return _chosen(base.generator, state.average, state.history, creators.codes, unseen, detector)


def faces_found(pictures: np.ndarray, detector: Detector) -> np.ndarray:
    """Return how many faces the detector finds in each picture, uint8 (n, s, s, 3), enlarged to 256 pixels."""
    size = max(DETECTED_AT, pictures.shape[1])
    larger = (cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in pictures)
    return np.array([len(detector.find(picture)) for picture in larger], int)


def _chosen(
    base: SynthesisGenerator,
    adapted: SynthesisGenerator,
    history: list[dict[str, float]],
    codes: dict[str, Tensor],
    unseen: dict[str, np.ndarray],
    detector: Detector,
) -> SynthesisAdaptation:
    noise = draw_noise(_CHECKED, _CHECKED_SEED, base.config.noise)
    features, faces, spread = ([], []), [], []
    for kept, generator in zip(features, (base, adapted), strict=True):
        pictures = {name: to_uint8(made(generator, noise, code.expand(len(noise), -1))) for name, code in codes.items()}
        kept += [kid_features(pictures[name]) for name in codes]
        faces.append(float(np.mean([(faces_found(own, detector) == 1).mean() for own in pictures.values()])))
        spread.append(float(np.mean([diversity(rows) for rows in kept])))
    known = [i for i, name in enumerate(codes) if len(unseen.get(name, ())) >= LEAST_PHOTOS]
    kid = None
    if known:
        photos = [kid_features(unseen[list(codes)[i]]) for i in known]
        kid = kid_difference(*([kept[i] for i in known] for kept in reversed(features)), photos)
    objections = []
    if kid is None:
        objections.append("too few unseen photos to tell whether portraits are nearer to the creators'")
    elif kid.high >= 0:
        objections.append(f"portraits are not surely nearer to the creators' photos (KID {kid.mean:+.3f})")
    if faces[1] < faces[0] - _FEWER_FACES:
        objections.append(f"fewer of them have one face ({faces[1]:.2f}, before {faces[0]:.2f})")
    if spread[1] < _LESS_DIVERSE * spread[0]:
        objections.append(f"they are less diverse ({spread[1]:.2f}, before {spread[0]:.2f})")
    kept, why = (BASE, "; ".join(objections)) if objections else (ADAPTED, "nearer to the creators' unseen photos")
    generator = base if objections else adapted
    return SynthesisAdaptation(generator, history, kept, why, kid, tuple(faces), tuple(spread))
