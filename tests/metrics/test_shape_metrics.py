"""Structure: known values, and what each measure must not care about."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from influencer_style.metrics.structure import luminance, structure, truth_measures

rng = np.random.default_rng(0)
NOISE = rng.integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)


def test_identical_pictures_are_perfect():
    assert truth_measures(NOISE, NOISE, {})["ssim"] == pytest.approx(1)
    assert structure(NOISE, NOISE) == pytest.approx(1)
    assert np.array_equal(truth_measures(NOISE, NOISE, {})["psnr"], [100, 100])


def test_ssim_agrees_with_scikit_image():
    other = (NOISE * 0.7 + rng.integers(0, 60, NOISE.shape)).astype(np.uint8)
    wanted = [
        structural_similarity(
            luminance(a), luminance(b), data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        for a, b in zip(NOISE, other, strict=True)
    ]
    assert truth_measures(NOISE, other, {})["ssim"] == pytest.approx(wanted, abs=1e-4)


def test_psnr_of_a_known_error():
    grey = np.full((1, 32, 32, 3), 100, np.uint8)
    assert truth_measures(grey, grey + 10, {})["psnr"][0] == pytest.approx(20 * np.log10(255 / 10))


def test_structure_survives_a_grade_and_turns_over_with_the_negative():
    ramp = np.linspace(20, 230, 64)
    waves = 60 * np.sin(np.arange(64) / 3)
    picture = np.clip(ramp[:, None, None] * 0.5 + 60 + waves[None, :, None] + np.zeros(3), 0, 255).astype(np.uint8)[
        None
    ]
    graded = (picture * np.array([0.9, 0.7, 0.4]) + 30).astype(np.uint8)
    assert structure(graded, picture)[0] > 0.98
    assert structure(255 - picture, picture)[0] < -0.98
    assert abs(structure(NOISE, NOISE[::-1])[0]) < 0.2


def test_a_flat_picture_has_no_structure():
    flat = np.full((1, 40, 40, 3), 90, np.uint8)
    assert structure(flat, NOISE[:1])[0] == pytest.approx(0, abs=1e-6)
