"""The reading of z: it holds for people who were never described, and for those in between it is in between."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.studio.latent import SLOTS, TRAITS, WIDTH, read_traits
from influencer_style.training.synthesis.task import TraitSettings, train_traits

SETTINGS = TraitSettings(people=4000, steps=250, batch=256)


def taught(settings: TraitSettings) -> torch.nn.Module:
    torch.manual_seed(3)
    network = SynthesisGenerator(SynthesisConfig(8, WIDTH, 16, 8, 16, TRAITS)).traits
    train_traits(network, settings)
    return network.requires_grad_(False)


@pytest.fixture(scope="module")
def network():
    return taught(SETTINGS)


def test_it_holds_for_people_who_were_never_described(network):
    noise = np.random.default_rng(99).standard_normal((400, WIDTH), np.float32)
    truth = torch.from_numpy(read_traits(noise))
    wrong = (torch.sigmoid(network(torch.from_numpy(noise))) - truth).abs().mean()
    by_chance = (truth.mean(0) - truth).abs().mean()
    assert wrong < 0.6 * by_chance


def test_who_is_in_between_has_a_bit_of_both(network):
    """Along the number that glasses hang on, they come gradually, and only once."""
    noise = torch.zeros(61, WIDTH)
    noise[:, SLOTS.index("glasses")] = torch.linspace(-3, 3, 61)
    round_ones = read_traits(noise.numpy())
    (changing,) = np.flatnonzero((round_ones[0] == 1) & (round_ones[-1] == 0))  # without glasses
    without = torch.sigmoid(network(noise))[:, changing]
    assert without[0] > 0.9 and without[-1] < 0.3
    assert (without[1:] - without[:-1]).abs().max() < 0.2


def test_the_same_settings_teach_the_same_and_progress_is_told():
    told = []
    few = replace(SETTINGS, people=300, steps=100, batch=32)
    networks = [SynthesisGenerator(SynthesisConfig(8, WIDTH, 16, 8, 16, TRAITS)).traits for _ in range(2)]
    networks[1].load_state_dict(networks[0].state_dict())
    losses = [train_traits(one, few, lambda step, steps: told.append((step, steps))) for one in networks]
    assert losses[0] == losses[1] and torch.equal(networks[0][0].weight, networks[1][0].weight)
    assert told == [(100, 100)] * 2


@pytest.mark.parametrize("wrong", [{"people": 1}, {"steps": 0}, {"rate": float("nan")}, {"blur": -1.0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TraitSettings(**wrong)
