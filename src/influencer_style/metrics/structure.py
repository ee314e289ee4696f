"""How near results come to the truth, as a whole and region by region: colour, SSIM, PSNR, and structure."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from influencer_style.metrics.colour import delta_e_map, mean_where, require_pictures

IDENTICAL_PSNR = 100.0
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SSIM_RADIUS = 5  # pixels of SSIM's window on each side of its centre: 3.5 sigmas, rounded
# Deviation, in levels, below which a neighbourhood counts as flat: 8-bit rounding and JPEG make that much.
_FLAT = 2.0


def truth_measures(results: np.ndarray, truth: np.ndarray, masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Measure results against the truth, both uint8 sRGB (n, h, w, 3), as a whole and within masks by region.

    Masks are bool (n, h, w). Returns (n,) each of `delta_e`, `ssim`, `psnr` and `structure`, and `<metric>_<region>` of
    the first three; NaN if a person shows nothing of a region. PSNR is in decibels, 0 (black and white) to 100
    (identical). Structure is measured on the whole picture only: within lips or eyes it would rest on a few dozen
    pixels, and on a plain background on grain. Raises ValueError if shapes or types do not fit.
    """
    require_pictures(results, truth)
    colour, similarity = delta_e_map(results, truth), _ssim_map(results, truth)
    error = np.stack([np.square(a.astype(np.float32) - b).mean(-1) for a, b in zip(results, truth, strict=True)])
    found = {"structure": structure(results, truth)}
    for name, mask in {"": None, **masks}.items():
        suffix = f"_{name}" if name else ""
        found[f"delta_e{suffix}"] = mean_where(colour, mask)
        found[f"ssim{suffix}"] = mean_where(_interior(similarity), None if mask is None else _interior(mask))
        decibels = 10 * np.log10(255**2 / np.maximum(mean_where(error, mask), 1e-9))  # NaN stays NaN
        found[f"psnr{suffix}"] = np.minimum(decibels, IDENTICAL_PSNR)
    return found


def structure(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the correlation of locally normalised luminance: the same shapes, whatever the colours and the grade.

    From each pixel of uint8 sRGB (n, h, w, 3) its neighbourhood's mean is subtracted, and the rest is divided by the
    neighbourhood's deviation (Gaussian window, sigma a sixteenth of the side). Returns (n,) float64, -1 (the negative)
    to 1 (the same shapes); 0 if one picture is flat.
    """
    require_pictures(result, truth)
    pairs = zip(result, truth, strict=True)
    return np.array([_correlation(_normalised(a), _normalised(b)) for a, b in pairs], np.float64)


def luminance(picture: np.ndarray) -> np.ndarray:
    """Return the luma (h, w) of a uint8 picture (h, w, 3), float32, 0 to 255, Rec. 601."""
    return picture.astype(np.float32) @ _LUMA


def _ssim_map(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the SSIM around each pixel, float32 (n, h, w); beyond the border windows see the picture mirrored.

    It is that of luminance (Wang et al. 2004) in a Gaussian window of 11 pixels, sigma 1.5; -1 to 1 (identical).
    """
    options = {"data_range": 255, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "full": True}
    pairs = zip(result, truth, strict=True)
    return np.stack([structural_similarity(luminance(a), luminance(b), **options)[1] for a, b in pairs])


def _interior(maps: np.ndarray) -> np.ndarray:
    """Return maps (n, h, w) without the border where SSIM's window reaches beyond the picture."""
    return maps[:, _SSIM_RADIUS:-_SSIM_RADIUS, _SSIM_RADIUS:-_SSIM_RADIUS]


def _normalised(picture: np.ndarray) -> np.ndarray:
    values = luminance(picture)
    sigma = min(values.shape) / 16
    mean = cv2.GaussianBlur(values, (0, 0), sigma)
    rest = values - mean
    deviation = np.sqrt(np.maximum(cv2.GaussianBlur(values * values, (0, 0), sigma) - mean**2, 0))
    return rest / (deviation + _FLAT)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(np.float64) - a.mean(), b.astype(np.float64) - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 1e-9 else 0.0
