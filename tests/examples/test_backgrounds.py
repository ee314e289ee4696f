"""Busy backgrounds: behind the people only, in about half of the photos, and the same from the same seed."""

import torch

from influencer_style.examples.shard import with_busy_backgrounds


def test_clutter_is_behind_the_people_of_about_half_the_photos():
    images = torch.full((60, 3, 32, 32), 0.5)
    background = torch.zeros(60, 1, 32, 32)
    background[..., :16] = 1
    first, again = (with_busy_backgrounds(images, background, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again) and first.min() >= 0 and first.max() <= 1
    changed = (first != images).flatten(1)
    assert torch.equal(first[..., 16:], images[..., 16:])
    assert 0.3 < changed.any(1).float().mean() < 0.7
    assert first[..., :16].std((1, 2, 3)).max() > 0.15
