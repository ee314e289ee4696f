"""Known looks laid on users' photos: trials repeat, have their truth, and say how far to trust the network."""

from dataclasses import replace

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.networks.base import TransferBase
from influencer_style.training.transfer.trials import (
    TRUSTS,
    KindOfSet,
    People,
    chosen_trust,
    differences,
    known_look_errors,
    restyled,
    trials,
    trust_errors,
    try_looks,
)


@pytest.fixture(scope="module")
def people(encoder):
    return People.of(encoder, smooth_pictures(13, 64), 64)


@pytest.fixture
def generator():
    return TransferBase.load().generator


@pytest.mark.parametrize("one_person", [False, True])
def test_trials_repeat_and_those_without_a_look_leave_people_as_they_are(encoder, people, one_person):
    drawn, again = (list(trials(people, KindOfSet(2, one_person), 3)) for _ in range(2))
    assert len(drawn) == 5
    for one, other in zip(drawn, again, strict=True):
        assert torch.equal(one.code, other.code) and torch.equal(one.truth, other.truth)
    assert all(not torch.equal(trial.people, trial.truth) for trial in drawn[:3])
    assert all(torch.equal(trial.people, trial.truth) for trial in drawn[3:])


def test_errors_are_those_of_the_results(encoder, people, generator):
    tried = try_looks(generator, people, KindOfSet(4, False), 2)
    first = next(iter(trials(people, KindOfSet(4, False), 2)))
    results = restyled(generator, first.people, first.code)
    assert tried.error[0] == pytest.approx(differences(results, first.truth))
    assert tried.truth[0] == pytest.approx(differences(first.people, first.truth))
    assert tried.size[0] == pytest.approx(differences(results, first.people))


def test_others_may_be_put_into_the_looks_and_each_has_an_error(people, generator):
    others = people.images.flip(-1)[:3]
    kind = KindOfSet(5, False)
    first, second = (trial for trial, _ in zip(trials(people, kind, 9, others), range(2), strict=False))
    assert torch.equal(first.people, others) and len(first.population) == len(people) - 5
    errors = known_look_errors(generator, people, others, kind, 2)
    own = [
        differences(restyled(generator, trial.people, trial.code)[1:2], trial.truth[1:2]) for trial in (first, second)
    ]
    assert errors.shape == (3,) and errors[1] == pytest.approx(sum(own) / 2, rel=1e-3)


def test_a_network_that_does_harm_is_not_trusted_and_one_that_helps_is(encoder, people, generator):
    before = generator.config
    with torch.no_grad():
        generator.heads.bias[-4:-1] = 3.0  # whites everything out
        generator.heads.bias[-1] = 3.0
    harmed = trust_errors(generator, people, 5, 6)
    assert generator.config == before and list(harmed) == list(TRUSTS)
    assert harmed[0.0] < harmed[0.5] < harmed[1.0]
    helped = TransferBase.load().generator
    with torch.no_grad():
        helped.colour_map.components.mul_(-30)  # a map that is wrong everywhere
    errors = trust_errors(helped, people, 5, 6)
    assert errors[1.0] < errors[0.5] < errors[0.0]


def test_the_network_is_trusted_where_it_loses_hardly_more():
    assert chosen_trust({0.0: 0.57, 0.5: 0.55, 1.0: 0.56}) == 1
    assert chosen_trust({0.0: 0.55, 0.5: 0.56, 1.0: 0.66}) == 0.5
    assert chosen_trust({0.0: 0.5, 0.5: 0.6, 1.0: 0.7}) == 0


def test_most_trust_is_what_one_persons_photos_get(encoder, people, generator):
    trial = next(iter(trials(people, KindOfSet(8, True), 1)))
    results = {}
    for most in (0.0, 0.5, 1.0):
        generator.config = replace(generator.config, trust=0.0, most_trust=most)
        results[most] = generator(trial.people, trial.code.expand(len(trial.people), -1))
    assert torch.allclose(results[0.5], (results[0.0] + results[1.0]) / 2, atol=1e-5)
