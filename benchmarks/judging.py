"""What a way to restyle does to the people of a material, held against the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from benchmarks.material import SIDE, Material
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.looks.pixels import shrink, to_tensor, to_uint8
from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.structure import structure
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.transfer.task import restyled


@dataclass(frozen=True)
class Judged:
    """What a generator did to everybody, by look: colour difference and structure (n,), features (n, f)."""

    delta_e: np.ndarray
    structure: np.ndarray
    features: list[np.ndarray]


def judge(restyle: Callable[[Tensor, str], Tensor], material: Material) -> Judged:
    """Let everybody be restyled, pictures (n, 3, s, s) in [0, 1] into a look, and hold it against the truth."""
    people = to_tensor(shrink(material.people, SIDE))
    errors, structures, features = [], [], []
    for name, truth in material.truth.items():
        results = to_uint8(restyle(people, name))
        errors.append(delta_e(results, shrink(truth, SIDE)))
        structures.append(structure(results, shrink(truth, SIDE)))
        features.append(kid_features(results))
    return Judged(np.stack(errors, 1), np.stack(structures, 1), features)


def by_generator(generator: TransferGenerator, creators: CreatorPhotos) -> Callable[[Tensor, str], Tensor]:
    """What a generator does, to be judged."""
    device = str(next(generator.parameters()).device)
    return lambda people, look: restyled(generator, people, creators.codes[look].expand(len(people), -1), device)
