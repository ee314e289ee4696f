"""Whether two pictures show the same shapes: SSIM, PSNR, and the correlation of locally normalised luminance."""

from __future__ import annotations

import cv2
import numpy as np

from influencer_style.metrics.colour import mean_where, require_pictures

IDENTICAL_PSNR = 100.0
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SSIM_SIGMA, _SSIM_RADIUS = 1.5, 5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
# Deviation, in levels, below which a neighbourhood counts as flat: 8-bit rounding and JPEG make that much.
_FLAT = 2.0


def ssim(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the structural similarity of luminance (Wang et al. 2004: Gaussian window of 11, sigma 1.5, no border).

    Args:
        result: uint8 sRGB (n, h, w, 3), h and w at least 11.
        truth: of the same shape.

    Returns:
        (n,) float64, -1 to 1 (identical).
    """
    return mean_where(interior(ssim_map(result, truth)))


def ssim_map(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the structural similarity of the window around each pixel: float32 (n, h, w). See `ssim`.

    Windows that reach beyond the picture see it mirrored; `interior` leaves them out.
    """
    require_pictures(result, truth)
    return np.stack([_ssim_map(luminance(a), luminance(b)) for a, b in zip(result, truth, strict=True)])


def interior(maps: np.ndarray) -> np.ndarray:
    """Return maps (n, h, w) without the border where SSIM's window reaches beyond the picture."""
    return maps[:, _SSIM_RADIUS:-_SSIM_RADIUS, _SSIM_RADIUS:-_SSIM_RADIUS]


def psnr(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the peak signal-to-noise ratio of sRGB.

    Args:
        result: uint8 (n, h, w, 3).
        truth: of the same shape.

    Returns:
        (n,) float64 in decibels, 0 (black and white) up to 100, which stands for identical pictures.
    """
    return decibels(mean_where(squared_error_map(result, truth)))


def squared_error_map(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the squared error of each pixel, the mean of its channels: float32 (n, h, w), in squared levels."""
    require_pictures(result, truth)
    pairs = zip(result, truth, strict=True)
    return np.stack([np.square(a.astype(np.float32) - b).mean(-1) for a, b in pairs])


def decibels(error: np.ndarray) -> np.ndarray:
    """Turn mean squared errors, in squared levels, into PSNR; NaN stays NaN. See `psnr`."""
    return np.minimum(10 * np.log10(255**2 / np.maximum(error, 1e-9)), IDENTICAL_PSNR)


def structure(result: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the correlation of locally normalised luminance: the same shapes, whatever the colours and the grade.

    From each pixel its neighbourhood's mean is subtracted, and the rest is divided by the neighbourhood's deviation
    (Gaussian window, sigma a sixteenth of the side).

    Args:
        result: uint8 sRGB (n, h, w, 3).
        truth: of the same shape.

    Returns:
        (n,) float64, -1 (the negative) to 1 (the same shapes); 0 where one picture is flat.
    """
    require_pictures(result, truth)
    pairs = zip(result, truth, strict=True)
    return np.array([_correlation(_normalised(a), _normalised(b)) for a, b in pairs], np.float64)


def luminance(picture: np.ndarray) -> np.ndarray:
    """Return the luma (h, w) of a uint8 picture (h, w, 3), float32, 0 to 255, Rec. 601."""
    return picture.astype(np.float32) @ _LUMA


def _ssim_map(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    def blur(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (2 * _SSIM_RADIUS + 1,) * 2, _SSIM_SIGMA)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b, both = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2, blur(a * b) - mean_a * mean_b
    above = (2 * mean_a * mean_b + _C1) * (2 * both + _C2)
    return above / ((mean_a**2 + mean_b**2 + _C1) * (var_a + var_b + _C2))


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
