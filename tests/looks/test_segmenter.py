"""The segmenter that comes with the project knows studio people it was never taught, and sums to one at any size."""

import numpy as np
import pytest
import torch

from influencer_style.looks.areas import AREAS
from influencer_style.looks.segmenter import load_segmenter
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.render import regions, shade


@pytest.fixture(scope="module")
def segmenter():
    return load_segmenter()


@pytest.mark.parametrize("size", [(64, 64), (40, 90), (200, 128)])
def test_areas_sum_to_one_at_any_size(segmenter, size):
    areas = segmenter(torch.rand(2, 3, *size))
    assert areas.shape == (2, len(AREAS), *size)
    assert torch.allclose(areas.sum(1), torch.ones(()), atol=1e-4)


def test_it_finds_the_areas_of_people_it_was_never_taught(segmenter):
    found = {name: [] for name in AREAS[:-1]}
    for number in range(4):
        rng = np.random.default_rng((7, number))
        person = sample_identity(rng)
        seen = march(person, crop_pose(rng), 64)
        picture = torch.from_numpy(shade(seen, person, sample_neutral(rng), number)).permute(2, 0, 1)[None] / 255
        areas, truth = segmenter(picture)[0], regions(seen)
        for name, area in zip(AREAS, areas, strict=True):
            if name in truth and (true := torch.from_numpy(truth[name])).sum() > 20:
                found[name].append(float(torch.minimum(area, true).sum() / torch.maximum(area, true).sum()))
    means = {name: np.mean(overlaps) for name, overlaps in found.items()}
    assert means["skin"] > 0.8 and means["hair"] > 0.7 and means["background"] > 0.85
    assert means["eyes"] > 0.5 and means["lips"] > 0.4
