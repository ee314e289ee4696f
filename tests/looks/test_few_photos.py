"""A look that too few photos taught is spoken of, one that had enough is not."""

import pytest
import torch

from influencer_style.looks.few_photos import LEAST_TRAINING, is_thin, thin_look_notice
from influencer_style.looks.profile import LookProfile
from influencer_style.looks.set_statistics import MOMENTS, SetStatistics
from influencer_style.photos.manifest import CREATOR_SHARES
from influencer_style.photos.split import SplitRules, assign_splits


def look(photos):
    return LookProfile("ada", "Ada", SetStatistics.of(torch.zeros(photos, 4), torch.zeros(photos, MOMENTS, 10)))


@pytest.mark.parametrize(("photos", "words"), [(1, "from 1 photo,"), (7, "from 7 different photos,")])
def test_few_photos_are_spoken_of_with_the_remedy(photos, words):
    notice = thin_look_notice(look(photos))
    assert notice.startswith("the look ada was learnt") and words in notice and "10 different photos" in notice


def test_the_photos_that_ten_leave_for_training_are_enough():
    splits = assign_splits([str(number) for number in range(10)], SplitRules(CREATOR_SHARES), {})
    assert sum(split == "train" for split in splits.values()) == LEAST_TRAINING
    assert not is_thin(LEAST_TRAINING) and thin_look_notice(look(LEAST_TRAINING)) is None
