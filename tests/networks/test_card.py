"""The model card warns of looks that too few photos taught, and shows what people have written as it is."""

import pytest
import torch

from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import MOMENTS, SetStatistics
from influencer_style.networks.card import write_card, write_export_card
from influencer_style.networks.trained import Origin

ORIGIN = Origin("base", "f" * 64, "d" * 64, "b" * 64, steps=1, seconds=1.0, seed=7)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


def look(name, photos, encoder, **more):
    statistics = SetStatistics.of(torch.zeros(photos, encoder.dimension), torch.zeros(photos, MOMENTS, 10))
    return LookProfile(name, more.pop("creator", name.title()), statistics, **more)


def looks_of(encoder, *looks):
    return LookProfiles(look("", 9, encoder).statistics, looks, encoder.sha256, encoder.groups)


def test_the_card_warns_of_a_look_of_one_photo_and_of_no_other(encoder):
    looks = looks_of(encoder, look("ada", 1, encoder), look("ben", 20, encoder))
    card = write_card("transfer", looks, encoder, ORIGIN)
    assert "- Mind: the look ada was learnt from 1 photo" in card and "the look ben was learnt" not in card
    assert "The base, SHA-256 `" + "b" * 64 in card and card.endswith("before you use it.\n")


@pytest.mark.parametrize(
    ("kept", "base", "words"),
    [
        ("adapted", "b" * 64, "(seed 7), generator against discriminator"),
        ("adapted_without_adversary", "b" * 64, "(seed 7), without an adversary"),
        ("trained", "", "Trained from scratch for 30 steps in 2 s"),
    ],
)
def test_the_card_says_how_the_generator_was_trained(encoder, kept, base, words):
    origin = Origin(kept, "f" * 64, "d" * 64, base, steps=30, seconds=2.4, seed=7)
    for task in ("transfer", "synthesis"):
        card = write_card(task, looks_of(encoder, look("ben", 20, encoder)), encoder, origin)
        assert words in card and card.startswith(f"# look-{task}\n")


def test_hostile_names_are_shown_as_they_are_in_every_card(encoder):
    name, version = "<b>{{ 7 * 7 }}|*\n# x", "[v](x)"
    looks = looks_of(encoder, look("ben", 20, encoder, creator=name, consent={"scope": ["a|b"], "expires": "<i>"}))
    cards = [write_card(task, looks, encoder, ORIGIN) for task in ("transfer", "synthesis")]
    ports = {"inputs": {"image": "a picture"}}
    cards.append(write_export_card(looks, ["ben"], "f" * 64, version, ports, {"1 x 1": 0.0}))
    for card in cards:
        assert "| ben | \\<b\\>{{ 7 \\* 7 }}\\|\\*\\\\n# x | 20 | a\\|b | \\<i\\> |\n" in card
    assert "\\[v\\](x)" in cards[-1] and "| input | `image` | a picture |\n" in cards[-1]
