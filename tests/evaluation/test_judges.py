"""The look judges are fair: nobody is judged by one who has seen them, and the truth is taken for the look."""

import dataclasses

import numpy as np
import pytest
from made_up import LOOKS

from influencer_style.evaluation import scoring


def test_the_truth_is_taken_for_its_look_and_the_input_for_none(cases, judges):
    for look in LOOKS:
        assert judges.takes_for(cases.scored("truth", look), look).mean() >= 0.9
        assert judges.takes_for(cases.scored("input", look), look).mean() <= 0.1


def shown_to_judges(cases, monkeypatch) -> list[tuple[dict, np.ndarray]]:
    shown = []
    monkeypatch.setattr(scoring, "fit_look_judge", lambda creators, people, seed: shown.append((creators, people)))
    monkeypatch.setattr(scoring, "choose_judge", lambda drawn: None)
    scoring.appoint_judges(cases)
    return shown


def contains(stack: np.ndarray, picture: np.ndarray) -> bool:
    return bool((stack == picture).all((1, 2, 3)).any())


def test_no_judge_has_seen_whom_it_judges(cases, monkeypatch):
    inputs = cases.scored("input", "cool")
    for parity, (creators, people) in enumerate(shown_to_judges(cases, monkeypatch)):
        for person in range(len(inputs)):
            judged = person % 2 == parity
            assert contains(people, inputs[person]) != judged
            for look in LOOKS:
                assert contains(creators[look], cases.scored("truth", look)[person]) != judged
                assert not contains(creators[look], cases.scored("generator", look)[person])


def test_without_truth_the_creators_photos_alone_show_the_looks(cases, monkeypatch):
    unknown = dataclasses.replace(cases, truth={}, oracle={})
    for creators, _ in shown_to_judges(unknown, monkeypatch):
        assert all(np.array_equal(creators[look], cases.creators[look]) for look in LOOKS)


@pytest.mark.parametrize("count", [1, 2])
def test_one_person_can_be_judged(cases, judges, count):
    few = dataclasses.replace(cases, inputs=cases.inputs[:count], truth={n: t[:count] for n, t in cases.truth.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "choose_judge", lambda drawn: None)
        assert scoring.appoint_judges(few).takes_for(few.scored("truth", "warm"), "warm").shape == (count,)
