"""A portrait follows from z: people come up about as often as the studio draws them, and nothing else decides."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.studio import pairs
from influencer_style.studio.identity import STYLES, sample_identity
from influencer_style.studio.latent import SLOTS, WIDTH, sitter
from influencer_style.studio.look import Backdrop, Look, sample_look
from influencer_style.studio.population import CREATOR_LOOKS

ANY_Z = st.lists(st.floats(-40, 40), min_size=WIDTH, max_size=WIDTH).map(np.array)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(3)
    known = [sitter(rng.standard_normal(WIDTH)).identity for _ in range(1500)]
    return known, [sample_identity(rng) for _ in range(1500)]


@settings(max_examples=40, deadline=None)
@given(ANY_Z)
def test_whatever_z_is_somebody_sits_there(z):
    who = sitter(z)
    colours = [getattr(who.identity, name) for name in ("skin", "eyes", "hair", "clothes", "frame")]
    colours += [who.light.key_colour, who.light.fill_colour, who.backdrop.first, who.backdrop.second]
    assert all(0 <= channel <= 1 for colour in colours for channel in colour)
    assert all(-1 <= getattr(who.identity, name) <= 1 for name in SLOTS[:21]) and who.identity.hair_style in STYLES
    assert abs(who.pose.yaw) <= 15 and abs(who.pose.pitch) <= 8 and 0.92 <= who.pose.scale <= 1.32


def test_each_slot_says_something_and_the_same_z_the_same():
    """Everybody who is moved along one number, and only that, changes for some z."""
    rng = np.random.default_rng(1)
    silent = set(SLOTS)
    for _ in range(60):
        z = rng.standard_normal(WIDTH)
        assert sitter(z) == sitter(z.copy())
        for number, slot in enumerate(SLOTS):
            moved = z.copy()
            moved[number] += 2.5
            if slot in silent and sitter(moved) != sitter(z):
                silent.discard(slot)
    assert not silent


def test_hair_and_build_come_up_as_often_as_in_the_studio(drawn):
    _, sampled = drawn
    for field in ("hair_style", "glasses", "garment"):
        ours, theirs = (Counter(getattr(person, field) for person in people) for people in drawn)
        assert all(abs(ours[name] - theirs[name]) < 0.05 * len(sampled) for name in theirs), field
    for field in ("age", "hair_grey", "hair_curl", "jaw", "nose_width", "beard", "pattern"):
        ours, theirs = (np.mean([getattr(person, field) for person in people]) for people in drawn)
        assert abs(ours - theirs) < 0.07, field


def test_a_look_without_light_and_backdrop_leaves_the_photos_own():
    who = sitter(np.zeros(WIDTH))
    worn = who.wearing(Look())
    assert worn.light == who.light and worn.backdrop == who.backdrop
    own = Backdrop((0.1, 0.2, 0.3), (0.3, 0.2, 0.1), 0.5, 0.0)
    assert who.wearing(Look(backdrop=own)).backdrop == own


@pytest.mark.parametrize("z", [np.zeros(WIDTH - 1), np.full(WIDTH, np.nan), np.zeros((1, WIDTH))])
def test_anything_but_z_is_refused(z):
    with pytest.raises(ValueError, match=f"{WIDTH} finite numbers"):
        sitter(z)


def test_in_a_known_sitting_z_and_the_look_decide(monkeypatch):
    looks = []
    monkeypatch.setattr(pairs, "sample_look", lambda rng: looks.append(sample_look(rng)) or looks[-1])
    made = pairs.known_sitting(5, 1, 1, 2, 2, 32)
    assert made.latents.shape == (2, WIDTH) and made.styled.shape == (1, 2, 32, 32, 3)
    assert not set(looks) & set(CREATOR_LOOKS.values())
    again = pairs.known_sitting(5, 1, 1, 2, 2, 32)
    assert all(np.array_equal(value, getattr(again, name)) for name, value in vars(made).items())
    who = sitter(made.latents[1])
    seen = pairs.march(who.identity, who.pose, 32)
    assert np.array_equal(pairs.shade(seen, who.identity, who.wearing(Look()), who.seed), made.neutral[1])
