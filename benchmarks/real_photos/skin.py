"""The tone of people's skin, to see that a method is as good for everybody."""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import rankdata

from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import shrink, to_tensor
from influencer_style.looks.segmenter import load_segmenter
from influencer_style.metrics.colour import to_lab

BANDS = ("dark", "medium", "light")
LEAST_PEOPLE = 15  # in each band
_SIDE = 64


def skin_tones(crops: np.ndarray) -> np.ndarray:
    """Return the individual typology angle of face crops, uint8 (n, s, s, 3), in degrees: (n,), higher is lighter.

    It is arctan((L* - 50) / b*) of the mean colour of skin (Chardon, Cretois and Hourseau 1991).
    """
    small, network, angles = shrink(crops, _SIDE), load_segmenter(), []
    for crop in small:
        with torch.no_grad():
            skin = network(to_tensor(crop[None]))[0, AREAS.index("skin")].numpy()
        weight = skin / max(float(skin.sum()), 1e-6)
        light, _, yellow = (to_lab(crop) * weight[..., None]).sum((0, 1))
        angles.append(np.degrees(np.arctan2(light - 50, max(float(yellow), 1e-3))))
    return np.array(angles)


def skin_bands(crops: np.ndarray, people: np.ndarray) -> np.ndarray | None:
    """Return the band of each person, (people,): 0 the darkest third, 1, or 2 the lightest third.

    People come in the order of `np.unique(people)`. None where there are fewer than 15 in a band.
    """
    everybody = np.unique(people)
    if len(everybody) < len(BANDS) * LEAST_PEOPLE:
        return None
    tones = skin_tones(crops)
    means = [tones[people == person].mean() for person in everybody]
    return ((rankdata(means, method="ordinal") - 1) * len(BANDS) // len(everybody)).astype(int)
