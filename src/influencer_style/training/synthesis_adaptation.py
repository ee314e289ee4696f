"""Adapts the base of synthesis to creators' photos; what comes of it is kept only where their looks surely gain.

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

from influencer_style.examples.creators import CreatorPhotos, Restyling
from influencer_style.examples.synthesis import KnownPortraits
from influencer_style.examples.transfer import with_noise
from influencer_style.faces.detect import Detector
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import to_uint8
from influencer_style.metrics.diversity import diversity
from influencer_style.metrics.intervals import Interval, bootstrap
from influencer_style.metrics.kid import LEAST_PHOTOS, kid_difference, kid_features
from influencer_style.metrics.look_judge import fit_look_judge
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.networks.synthesis_base import SynthesisBase
from influencer_style.training.loop import Watch
from influencer_style.training.synthesis_training import SynthesisSettings, made, train_synthesis

BASE, ADAPTED = "base", "adapted"
DETECTED_AT = 256  # pixels: small portraits are enlarged before faces are looked for
_CHECKED = 32  # portraits in each look
_CHECKED_SEED = 1_000_003
_FEWER_FACES, _LESS_DIVERSE = 0.02, 0.8


@dataclass(frozen=True)
class SynthesisAdaptation:
    """What came of it.

    Attributes:
        generator: the one to use.
        history: of the losses of the training, whether it was kept or not.
        kept: `base` or `adapted`.
        why: a sentence.
        taken: how many more of its portraits than of the base's are taken for their look, as a share.
        kid: how much further they are from the creators' unseen photos; None where these are too few.
        looks, faces, diversity: of the base and of the adapted generator: share taken for their look, share with one
            face, and see `metrics.diversity`.
    """

    generator: SynthesisGenerator
    history: list[dict[str, float]]
    kept: str
    why: str
    taken: Interval
    kid: Interval | None
    looks: tuple[float, float]
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

    def without_a_look(step: int, rng: torch.Generator) -> KnownPortraits:
        noise = torch.randn(settings.examples, width, generator=rng)
        codes = with_noise(neutral.expand(settings.examples, -1), settings.code_noise, rng)
        truth = made(held, noise, codes)
        return KnownPortraits(noise, codes, truth, torch.ones_like(truth[:, :1]))

    def in_looks(step: int, rng: torch.Generator) -> Restyling:
        drawn = creators.batch(settings.photos, settings.code_noise, width, rng)
        return replace(drawn, inputs=made(held, drawn.noise, drawn.codes))

    state = train_synthesis(
        settings, without_a_look, encoder, folder / "adapted.pt", watch, in_looks, len(creators.names), device,
        base.generator,
    )  # fmt: skip
    return _chosen(base.generator, state.average, state.history, creators, unseen, detector)


def faces_found(pictures: np.ndarray, detector: Detector) -> np.ndarray:
    """Return how many faces the detector finds in each picture, uint8 (n, s, s, 3), enlarged to 256 pixels."""
    size = max(DETECTED_AT, pictures.shape[1])
    larger = (cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in pictures)
    return np.array([len(detector.find(picture)) for picture in larger], int)


def _chosen(
    base: SynthesisGenerator,
    adapted: SynthesisGenerator,
    history: list[dict[str, float]],
    creators: CreatorPhotos,
    unseen: dict[str, np.ndarray],
    detector: Detector,
) -> SynthesisAdaptation:
    """Draw the same people in all looks with both, and keep the adapted one where it gained and lost nothing."""
    noise = draw_noise(_CHECKED, _CHECKED_SEED, base.config.noise)
    users, *sets = (images.permute(0, 2, 3, 1).numpy() for images in (creators.users, *creators.creators.values()))
    judge = fit_look_judge(dict(zip(creators.creators, sets, strict=True)), users)
    known = [name for name in creators.names if len(unseen.get(name, ())) >= LEAST_PHOTOS]
    features, taken, faces, spread = [], [], [], []
    for generator in (base, adapted):
        pictures = {
            name: to_uint8(made(generator, noise, creators.codes[name].expand(len(noise), -1)))
            for name in creators.names
        }
        own = {name: kid_features(drawn) for name, drawn in pictures.items()}
        features.append([own[name] for name in known])
        taken.append(np.mean([judge.takes_for(drawn, name) for name, drawn in pictures.items()], axis=0))
        faces.append(float(np.mean([(faces_found(drawn, detector) == 1).mean() for drawn in pictures.values()])))
        spread.append(float(np.mean([diversity(rows) for rows in own.values()])))
    more = bootstrap(taken[1] - taken[0])
    kid = kid_difference(*reversed(features), [kid_features(unseen[name]) for name in known]) if known else None
    objections = []
    if more.low <= 0 and (kid is None or kid.high >= 0):
        objections.append(f"portraits are not surely more in the looks ({more.mean:+.2f} taken for them)")
    if kid is not None and kid.low > 0:
        objections.append(f"they are further from the creators' photos (KID {kid.mean:+.3f})")
    if faces[1] < faces[0] - _FEWER_FACES:
        objections.append(f"fewer of them have one face ({faces[1]:.2f}, before {faces[0]:.2f})")
    if spread[1] < _LESS_DIVERSE * spread[0]:
        objections.append(f"they are less diverse ({spread[1]:.2f}, before {spread[0]:.2f})")
    kept, why = (BASE, "; ".join(objections)) if objections else (ADAPTED, "surely more in the looks, and nothing lost")
    looks = tuple(float(share.mean()) for share in taken)
    return SynthesisAdaptation(
        base if objections else adapted, history, kept, why, more, kid, looks, tuple(faces), tuple(spread)
    )
