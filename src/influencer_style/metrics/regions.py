"""How near results come to the truth, as a whole and region by region."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from influencer_style.metrics.colour import delta_e_map, mean_where
from influencer_style.metrics.structure import decibels, interior, squared_error_map, ssim_map, structure


def truth_measures(results: np.ndarray, truth: np.ndarray, masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Measure results against the truth.

    Structure is given for the whole alone: within lips or eyes it would rest on a few dozen pixels, and on a plain
    background on grain.

    Args:
        results: uint8 sRGB (n, h, w, 3).
        truth: of the same shape.
        masks: where each region is, by its name, bool (n, h, w).

    Returns:
        `delta_e`, `ssim`, `psnr` and `structure`, and `<metric>_<region>` of the first three for each region, (n,)
        each. NaN where a person shows nothing of a region.

    Raises:
        ValueError: when shapes or types do not fit.
    """
    colour, similarity, error = (measure(results, truth) for measure in (delta_e_map, ssim_map, squared_error_map))
    found = {}
    for name, mask in {"": None, **masks}.items():
        suffix = f"_{name}" if name else ""
        found[f"delta_e{suffix}"] = mean_where(colour, mask)
        found[f"ssim{suffix}"] = mean_where(interior(similarity), None if mask is None else interior(mask))
        found[f"psnr{suffix}"] = decibels(mean_where(error, mask))
    return found | {"structure": structure(results, truth)}
