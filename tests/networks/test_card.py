"""The model card warns of looks that too few photos taught."""

import pandas as pd
import torch

from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import MOMENTS, SetStatistics
from influencer_style.networks.card import write_card


def test_the_card_warns_of_a_look_of_one_photo_and_of_no_other():
    encoder = load_encoder()

    def look(name, photos):
        statistics = SetStatistics.of(torch.zeros(photos, encoder.dimension), torch.zeros(photos, MOMENTS, 10))
        return LookProfile(name, name.title(), statistics)

    looks = LookProfiles(look("", 9).statistics, [look("ada", 1), look("ben", 20)], encoder.sha256, encoder.groups)
    history = pd.DataFrame({"step": [1], "seconds": [1.0]})
    card = write_card(looks, encoder, "base", 7, "f" * 64, "d" * 64, "b" * 64, history)
    assert "- Mind: the look ada was learnt from 1 photo" in card and "the look ben was learnt" not in card
