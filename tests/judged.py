"""Fixtures for tests of evaluation and reports: smooth pictures as people, two looks, a nearly right result.

The conftest of a folder that needs them takes all of them with `import *`. As a plugin of all tests they would make
each test process import everything that is judged with.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from made_up import LOOKS, SmallPictureJudge, masks, smooth_pictures, tint
from made_up_looks import made_up_looks

from influencer_style.evaluation import scoring
from influencer_style.evaluation.likeness_trial import likeness_section, try_guard
from influencer_style.evaluation.new_faces import Jury, NewFaces, score_new_faces
from influencer_style.evaluation.new_faces_scorecard import AboutNewFaces, NewFacesScorecard
from influencer_style.evaluation.scorecard import About, Scorecard, assemble_scorecard
from influencer_style.evaluation.scoring import Judges, score_cases
from influencer_style.faces.face import Face
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.metrics.look_judge import fit_look_judge
from influencer_style.metrics.memorisation import marks_of

__all__ = [
    "about",
    "cases",
    "judges",
    "jury",
    "looks",
    "new_faces",
    "new_faces_scorecard",
    "scorecard",
    "scores",
    "trial",
]

SIZE = 32  # of new portraits


class BrightDetector:
    """Finds a face in every picture that is bright enough, and two in the brightest."""

    def find(self, photo: np.ndarray) -> list[Face]:
        count = np.searchsorted([60, 250], photo.mean())
        return [Face(20.0 * i, 0, 10, 1.0) for i in range(count)]


@pytest.fixture(scope="session")
def cases() -> Cases:
    """Ten people in two looks; one method has restyled only the first three of them, and rather badly."""
    count, size = 10, 32
    inputs, population = smooth_pictures(count), smooth_pictures(12, size, seed=20)
    creators = {look: tint(smooth_pictures(12, size, seed=10 + i), look) for i, look in enumerate(LOOKS)}
    small = shrink(inputs, size)
    baselines = {n: {look: m(small, creators[look], population) for look in LOOKS} for n, m in METHODS.items()}
    baselines["neural_style"] = {look: tint(small[:3], look, 0.2) for look in LOOKS}
    return Cases(
        photo_ids=[f"person{i}" for i in range(count)],
        looks=list(LOOKS),
        inputs=inputs,
        results={look: tint(inputs, look, 0.9) for look in LOOKS},
        truth={look: tint(inputs, look) for look in LOOKS},
        oracle={look: tint(inputs, look, 1.02) for look in LOOKS},
        creators=creators,
        examples={look: creators[look][0] for look in LOOKS},
        held_out={"cool": tint(smooth_pictures(5, size, seed=30), "cool"), "warm": smooth_pictures(1, size)[:0]},
        population=population,
        size=size,
        baselines=baselines,
        regions=masks(count),
    )


@pytest.fixture(scope="session")
def judges(cases) -> Judges:
    """The look judges as in a run; who it is, is told from a picture's shapes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "choose_judge", lambda drawn: SmallPictureJudge())
        return scoring.appoint_judges(cases)


@pytest.fixture(scope="session")
def looks(cases, encoder) -> LookProfiles:
    consent = {"subject": "<i>Somebody</i>", "scope": ["train", "transfer"], "expires": "never"}

    def likeness(pictures: np.ndarray) -> Likeness:
        mean = SmallPictureJudge().embed(pictures).mean(0)
        return Likeness(torch.from_numpy(mean / np.linalg.norm(mean)), 0.0, SmallPictureJudge.sha256)

    made = made_up_looks(encoder, cases.population, cases.creators, "8 users' photos", consent=consent)
    return made.with_likenesses({look: likeness(shown) for look, shown in cases.creators.items()})


@pytest.fixture(scope="session")
def about() -> About:
    return About(
        model={"fingerprint": "f" * 64},
        test_users=10,
        size=32,
        identity_judge="a judge of shapes",
        judge_of_photographs=False,
        identity_threshold=0.4,
        source="studio",
        users_are_studio=True,
        versions={"numpy": np.__version__},
    )


@pytest.fixture(scope="session")
def scores(cases, judges) -> pd.DataFrame:
    return score_cases(cases, judges)


@pytest.fixture(scope="session")
def trial(cases, judges, looks) -> pd.DataFrame:
    return try_guard(cases, looks, {SmallPictureJudge.sha256: judges.identity}.get)


@pytest.fixture(scope="session")
def scorecard(cases, scores, trial, encoder, looks, about) -> Scorecard:
    draws = Bootstrap(200)
    card = assemble_scorecard(scores, cases, encoder, looks, about, draws)
    return card.model_copy(update={"likeness": likeness_section(trial, draws)})


@pytest.fixture(scope="session")
def jury() -> Jury:
    creators = {look: tint(smooth_pictures(12, SIZE, seed=10 + i), look) for i, look in enumerate(LOOKS)}
    return Jury(BrightDetector(), fit_look_judge(creators, smooth_pictures(12, SIZE, seed=20)), SmallPictureJudge())


@pytest.fixture(scope="session")
def new_faces() -> NewFaces:
    """In the look `cool`: direct portraits of new people, and composed ones that repeat the training photos."""
    training, held_out = (tint(smooth_pictures(n, SIZE, seed=s), "cool") for n, s in ((12, 10), (5, 30)))
    drawn = tint(smooth_pictures(10, SIZE, seed=40), "cool")
    drawn[0] //= 8
    slow = np.stack([training[0] * (1 - t) + training[1] * t for t in np.linspace(0, 1, 5)]).astype(np.uint8)
    return NewFaces(
        "cool",
        {"direct": drawn, "composed": training[:8]},
        {"direct": slow[None], "composed": slow[None]},
        training,
        held_out,
        tint(smooth_pictures(9, 2 * SIZE, seed=50), "cool"),
        marks_of(training, held_out),
    )


@pytest.fixture(scope="session")
def new_faces_scorecard(new_faces, jury) -> NewFacesScorecard:
    about = AboutNewFaces(
        model={"fingerprint": "f" * 64},
        default_ways={"cool": "composed"},
        resolution=SIZE,
        detector="the LBP cascade",
        identity_judge="a judge of shapes",
        truth_known=True,
        source="studio",
        samples=10,
        paths=1,
        frames=5,
        size=64,
        truncation=1.0,
        seed=0,
        bootstrap_draws=200,
    )
    return NewFacesScorecard(about=about, synthesis={"cool": score_new_faces(new_faces, jury, Bootstrap(200))})
