"""A small world to be judged: smooth pictures as people, two looks, a result that is nearly right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from made_up import LOOKS, SmallPictureJudge, masks, smooth_pictures, tint
from made_up_looks import made_up_looks
from PIL import Image

from influencer_style.consent.audit_row import Head
from influencer_style.evaluation import judges as judging
from influencer_style.evaluation.full_size import CloseUp, FullSize
from influencer_style.evaluation.judges import Judges
from influencer_style.evaluation.likeness_trial import likeness_section, try_guard
from influencer_style.evaluation.scorecard import assemble_scorecard
from influencer_style.evaluation.scoring import score_cases
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.seam import Seam
from influencer_style.reports.report import Evidence


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
        patch.setattr(judging, "load_identity_judge", SmallPictureJudge)
        return judging.appoint_judges(cases)


@pytest.fixture(scope="session")
def looks(cases, encoder) -> LookProfiles:
    consent = {"subject": "<i>Somebody</i>", "scope": ["train", "transfer"], "expires": "never"}

    def likeness(pictures: np.ndarray) -> Likeness:
        mean = SmallPictureJudge().embed(pictures).mean(0)
        return Likeness(torch.from_numpy(mean / np.linalg.norm(mean)), 0.0, SmallPictureJudge.sha256)

    made = made_up_looks(encoder, cases.population, cases.creators, "8 users' photos", consent=consent)
    return made.with_likenesses({look: likeness(shown) for look, shown in cases.creators.items()})


@pytest.fixture(scope="session")
def about() -> dict:
    return {
        "model": {"fingerprint": "f" * 64},
        "test_users": 10,
        "size": 32,
        "identity_threshold": 0.4,
        "source": "studio",
        "users_are_studio": True,
        "versions": {"numpy": np.__version__},
    }


@pytest.fixture(scope="session")
def evidence(cases, judges, encoder, looks, about) -> Evidence:
    scores, inputs = score_cases(cases, judges), cases.inputs
    trial = try_guard(cases, looks, judges.identity)
    scorecard = assemble_scorecard(scores, cases, encoder, looks, about, draws=200)
    manifest = pd.DataFrame(
        [
            ("a", "Warm", "warm", "creator", "accepted", "", "train", "in/Warm/good.jpg"),
            ("b", "Warm", "warm", "creator", "quarantined", "a <truncated> JPEG", "", "in/Warm/<script>x.jpg"),
            ("", "Unasked", "unasked", "creator", "refused", "no_consent: Unasked/consent.yml", "", "in/Unasked/u.jpg"),
            ("c", "", "", "user", "accepted", "", "test", "in/users/faceless.jpg"),
        ],
        columns=["photo_id", "creator", "slug", "role", "status", "reason", "split", "path"],
    )
    faces = pd.DataFrame({"photo_id": ["a", "c"], "status": ["kept", "rejected"], "reason": ["", "no face found"]})
    return Evidence(
        cases=cases,
        scores=scores,
        scorecard=scorecard | {"likeness": likeness_section(trial, draws=200)},
        looks=looks,
        manifest=manifest,
        faces=faces,
        history=pd.DataFrame({"step": [10, 20, 30], "seconds": [1.0, 2.0, 3.0], "total": [3.0, 2.0, 1.5]}),
        samples=Image.new("RGB", (200, 100), "teal"),
        decision={
            "photos": {"aurora": 5, "noir": 500},
            "kept": "base",
            "why": "people's <b>shapes</b> are lost",
            "compared": {
                "adapted": {
                    "truth": {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9},
                    "shapes": {"mean": 0.02, "low": 0.01, "high": 0.03, "n": 9},
                    "kid": None,
                }
            },
        },
        audit=Head(12, "a" * 64),
        promotion={
            "judged": True,
            "promoted": False,
            "challenger": "2",
            "champion": "1",
            "people": 9,
            "reasons": ["SSIM 0.5 against 0.6: more than may be"],
            "lines": [
                {
                    "difference": {
                        "metric": "ssim",
                        "look": "noir",
                        "challenger": 0.5,
                        "champion": 0.6,
                        "less": {"mean": -0.1, "low": -0.2, "high": -0.05, "n": 9},
                    },
                    "rule": "not surely worse by more than 0.01",
                    "holds": False,
                },
                {
                    "difference": {
                        "metric": "kid",
                        "look": "",
                        "challenger": None,
                        "champion": None,
                        "less": {"mean": -0.1, "low": -0.2, "high": -0.05, "n": 9},
                    },
                    "rule": "surely better",
                    "holds": True,
                },
            ],
        },
        card="# A <card>\n\n- 450 random looks\n",
        full_size=[
            FullSize("warm", (96, 80), [CloseUp("the eyes", inputs[0][:40], inputs[1][:40])], Seam(2.04, 3.0)),
            FullSize("cool", (48, 48), [CloseUp("the eyes", inputs[2], inputs[3])], None),
        ],
        likeness=trial,
    )
