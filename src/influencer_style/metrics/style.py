"""How near pictures come to a look, without knowing the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.style_code import StyleCode, style_code
from influencer_style.metrics.intervals import Interval, bootstrap

_BATCH = 32


def gram_codes(pictures: np.ndarray, encoder: StyleEncoder, looks: LookProfiles) -> np.ndarray:
    """Return the Gram part of each picture's style code.

    Args:
        pictures: Uint8 sRGB (n, s, s, 3).
        encoder: The encoder that described the looks.
        looks: The looks and the population they are measured against.

    Returns:
        (n, g) float64: differences from the population's mean in units of its deviation.

    Raises:
        EncoderError: If another encoder described the looks.
    """
    looks.require(encoder)
    return np.concatenate([_codes(pictures[i : i + _BATCH], encoder, looks) for i in range(0, len(pictures), _BATCH)])


def gram_distance(codes: np.ndarray, look: str, looks: LookProfiles, draws: int = 2000, seed: int = 0) -> Interval:
    """Return how far the mean of pictures' Gram codes is from a look's own.

    Args:
        codes: (n, g) from `gram_codes`, one row an identity.
        look: The look's name.
        looks: The looks.
        draws: The number of draws of the bootstrap over identities.
        seed: The seed of the bootstrap.

    Returns:
        The root mean square over the g numbers, in units of the population's deviation: 0 is the look itself.
    """
    target = StyleCode(looks.code(look)).difference[looks.groups.gram].numpy().astype(np.float64)
    return bootstrap(codes, draws, seed, lambda means: np.sqrt(np.square(means - target).mean(-1)))


def _codes(pictures: np.ndarray, encoder: StyleEncoder, looks: LookProfiles) -> np.ndarray:
    with torch.no_grad():
        descriptors = encoder(to_tensor(pictures))
    neutral = looks.reference
    codes = [style_code(replace(neutral, mean=d, count=1), neutral, looks.groups) for d in descriptors]
    return StyleCode(torch.stack(codes)).difference[:, looks.groups.gram].double().numpy()
