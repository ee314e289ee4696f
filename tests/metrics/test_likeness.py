"""How much of the way to the creator a result has gone: the maths, and the shipped judge on studio people."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.looks.likeness import Likeness
from influencer_style.metrics import likeness as guard
from influencer_style.metrics.likeness import likeness, of_photo, remember, way_gone
from influencer_style.metrics.studio_judge import StudioJudge, load_studio_judge
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.population import CREATOR_LOOKS
from influencer_style.studio.render import march, shade

THRESHOLD, MOST_EXPLAINED = StudioJudge.scale.threshold, StudioJudge.scale.most_explained
SEEDS = st.integers(0, 2**32 - 1)


def units(seed: int, count: int, dimension: int = 8) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0, 1), st.floats(0, 1))
def test_the_way_gone_grows_with_every_step_towards_the_creator(seed, one, other):
    photo, face = units(seed, 2)
    near, far = sorted((one, other))
    gone = [way_gone((photo + share * (face - photo))[None], photo[None], face)[0] for share in (0, near, far, 1)]
    assert gone[0] == 0 and gone == sorted(gone) and gone[-1] <= 1 + 1e-9
    if ((face - photo) ** 2).sum() >= 1.3:
        assert gone[1:3] == pytest.approx([near, far])


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0.01, 0.3))
def test_who_is_the_creator_already_has_no_way_to_go(seed, change):
    """A small change of somebody who looks like the creator, in whatever direction, is no alarm."""
    face, where = units(seed, 2)
    photo = face + change * where
    photo /= np.linalg.norm(photo)
    assert abs(way_gone(face[None], photo[None], face)[0]) < THRESHOLD


def test_what_a_look_explains_is_taken_off():
    photo, face = units(3, 2)
    half = (photo + face)[None] / 2
    known = Likeness(torch.from_numpy(face), 0.2, "")
    assert likeness(half, photo[None], known)[0] == pytest.approx(way_gone(half, photo[None], face)[0] - 0.2)


@pytest.mark.parametrize("shapes", [((2, 8), (3, 8), (8,)), ((2, 8), (2, 8), (7,)), ((8,), (8,), (8,))])
def test_what_does_not_fit_is_refused(shapes):
    with pytest.raises(ValueError, match="the way gone needs pairs"):
        way_gone(*(np.ones(shape) for shape in shapes))


@pytest.fixture(scope="module")
def judge():
    return load_studio_judge()


@pytest.fixture(scope="module")
def shown():
    """Four people unstyled, truly in a creator's look, and the creator in their pose; and photos of the creator."""
    rng = np.random.default_rng(505)
    look, creator = CREATOR_LOOKS["rosewater"], sample_identity(rng)
    people = []
    for number in range(4):
        who, pose = sample_identity(rng), crop_pose(rng)
        seen = march(who, pose, 64)
        unstyled, truth = (shade(seen, who, worn, number) for worn in (sample_neutral(rng), look))
        people.append([unstyled, truth, shade(march(creator, pose, 64), creator, look, number)])
    photos = np.stack([shade(march(creator, crop_pose(rng), 64), creator, look, 50 + i) for i in range(3)])
    return *np.array(people).swapaxes(0, 1), photos


def test_the_shipped_judge_tells_the_creators_face_from_a_look(judge, shown):
    photos, truth, donors, own = shown
    for creator in (of_photo(judge, own[0]), Likeness(torch.from_numpy(judge.embed(own).mean(0)), 0.1, "")):
        before = judge.embed(photos)
        stayed, became = (likeness(judge.embed(shown), before, creator) for shown in (truth, donors))
        assert stayed.mean() < THRESHOLD / 1.5 and (became > THRESHOLD).all() and (became - stayed > 0.2).all()
        blends = [np.round(truth * (1 - a) + donors * a).astype(np.uint8) for a in (0, 0.4, 0.7, 1)]
        means = [likeness(judge.embed(blend), before, creator).mean() for blend in blends]
        assert means == sorted(means)


def test_a_generator_that_makes_everybody_the_creator_is_not_excused(judge, shown, monkeypatch):
    photos, truth, donors, own = shown
    monkeypatch.setattr(guard, "restyle_crops", lambda bundle, people, look: truth[: len(people)])
    honest = remember(judge, None, {"rosewater": own}, photos)["rosewater"]
    assert np.linalg.norm(honest.face) == pytest.approx(1, abs=1e-5) and honest.judge == judge.sha256
    assert 0 <= honest.explained <= MOST_EXPLAINED
    monkeypatch.setattr(guard, "restyle_crops", lambda bundle, people, look: donors[: len(people)])
    leaky = remember(judge, None, {"rosewater": own}, photos)["rosewater"]
    assert leaky.explained == MOST_EXPLAINED
    assert (likeness(judge.embed(donors), judge.embed(photos), leaky) > THRESHOLD).all()
