"""Looks of made-up people, for tests of what is built on looks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe

Pictures = np.ndarray | torch.Tensor

TINTS = {"warm": (1.1, 0.8, 0.5), "cold": (0.6, 0.9, 1.2)}


def statistics_of(encoder: StyleEncoder, pictures: Pictures) -> SetStatistics:
    """Return the statistics of pictures, uint8 (n, h, w, 3) or a tensor (n, 3, h, w) in [0, 1]."""
    images = to_tensor(pictures) if isinstance(pictures, np.ndarray) else pictures
    with torch.no_grad():
        return SetStatistics.of(*describe(encoder, images))


def made_up_looks(
    encoder: StyleEncoder, population: Pictures, looks: Mapping[str, Pictures], note: str = "", **profile: Any
) -> LookProfiles:
    """Return looks by their creators' pictures, each with these fields of its profile, such as `consent`."""
    own = [
        LookProfile(name, name.title(), statistics_of(encoder, pictures), **profile) for name, pictures in looks.items()
    ]
    return LookProfiles(statistics_of(encoder, population), own, encoder.sha256, encoder.groups, note)


def smooth_people(count: int, side: int) -> torch.Tensor:
    """Return smooth pictures, (count, 3, side, side) in [0, 1], the same at each call."""
    coarse = torch.rand(count, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    return torch.nn.functional.interpolate(coarse, (side, side), mode="bilinear")


def tinted(people: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the people in each of the TINTS."""
    return {name: (people * torch.tensor(tint).view(1, 3, 1, 1)).clamp(0, 1) for name, tint in TINTS.items()}
