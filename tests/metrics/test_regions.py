"""Measures by region, against what they must be by definition."""

import numpy as np
import pytest
from made_up import masks, smooth_pictures, tint
from skimage.metrics import peak_signal_noise_ratio

from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.structure import structure, truth_measures

PICTURES, TRUTH = smooth_pictures(3), tint(smooth_pictures(3), "warm")
MASKS = {name: mask > 127 for name, mask in masks(3).items()}


def test_the_whole_is_measured_as_each_measure_does():
    found = truth_measures(PICTURES, TRUTH, MASKS)
    for name, measure in {"delta_e": delta_e, "structure": structure}.items():
        assert found[name] == pytest.approx(measure(PICTURES, TRUTH))
    psnr = [peak_signal_noise_ratio(truth, result) for truth, result in zip(TRUTH, PICTURES, strict=True)]
    assert found["psnr"] == pytest.approx(psnr)


def test_a_fault_shows_in_its_region_alone():
    result = TRUTH.copy()
    result[:, :16] = 255 - result[:, :16]  # where the first person has hair, and nobody anything else
    found = truth_measures(result, TRUTH, MASKS)
    assert found["delta_e_hair"][0] > 20 and np.isnan(found["delta_e_hair"][1:]).all()
    assert found["psnr_hair"][0] < 15 and np.isnan(found["psnr_hair"][1:]).all()
    assert found["ssim_hair"][0] < 0.5
    for region in ("skin", "lips", "background"):
        assert (found[f"delta_e_{region}"] == 0).all() and (found[f"psnr_{region}"] == 100).all()
    assert found["ssim_background"] == pytest.approx(1)  # beyond the reach of SSIM's window
    assert found["delta_e"] == pytest.approx(delta_e(result, TRUTH))


def test_regions_that_cover_everything_add_up_to_the_whole():
    parts = {"left": np.zeros((3, 48, 48), bool), "right": np.ones((3, 48, 48), bool)}
    parts["left"][:, :, :12], parts["right"][:, :, :12] = True, False
    found = truth_measures(PICTURES, TRUTH, parts)
    assert found["delta_e"] == pytest.approx(0.25 * found["delta_e_left"] + 0.75 * found["delta_e_right"])


def test_masks_of_another_size_are_refused():
    with pytest.raises(ValueError, match="the mask has shape"):
        truth_measures(PICTURES, TRUTH, {"skin": np.ones((3, 40, 40), bool)})
