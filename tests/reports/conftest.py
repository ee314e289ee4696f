"""Evidence for a report on the made-up cases."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from judged import *  # noqa: F403 (the fixtures that its `__all__` lists)
from PIL import Image

from influencer_style.consent.audit_row import Head
from influencer_style.evaluation.contest import Difference
from influencer_style.evaluation.expectation import Expectation, as_table, methods_table
from influencer_style.evaluation.full_size import CloseUp, FullSize
from influencer_style.evaluation.verdict import Line, PromotionRecord
from influencer_style.metrics.intervals import Interval
from influencer_style.metrics.seam import Seam
from influencer_style.reports.decisions import TransferDecision
from influencer_style.reports.report import ReportEvidence


def measured(mean: float, spread: float) -> Interval:
    return Interval(mean, mean - spread, mean + spread, 9)


@pytest.fixture(scope="session")
def evidence(cases, scores, scorecard, trial, looks) -> ReportEvidence:
    inputs = cases.inputs
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
    return ReportEvidence(
        cases=cases,
        scores=scores,
        scorecard=scorecard,
        looks=looks,
        manifest=manifest,
        faces=faces,
        history=pd.DataFrame({"step": [10, 20, 30], "seconds": [1.0, 2.0, 3.0], "total": [3.0, 2.0, 1.5]}),
        samples=Image.new("RGB", (200, 100), "teal"),
        decision=TransferDecision(
            kept="base",
            why="people's <b>shapes</b> are lost",
            photos={"aurora": 5, "noir": 500},
            compared={"adapted": {"truth": measured(0.5, 0.1), "shapes": measured(0.02, 0.01), "kid": None}},
        ),
        audit=Head(12, "a" * 64),
        promotion=PromotionRecord(
            judged=True,
            status="not promoted",
            promoted=False,
            challenger="2",
            champion="1",
            people=9,
            reasons=["SSIM 0.5 against 0.6: worse than the rules allow"],
            lines=[
                Line(
                    Difference("ssim", "noir", 0.5, 0.6, measured(-0.1, 0.05)),
                    "not surely worse by more than 0.01",
                    False,
                ),
                Line(Difference("known_looks", "", 5.9, 6.0, measured(-0.1, 0.05)), "surely better", True),
            ],
        ),
        card="# A <card>\n\n- 450 random looks\n",
        full_size=[
            FullSize("warm", (96, 80), [CloseUp("the eyes", inputs[0][:40], inputs[1][:40])], Seam(2.04, 3.0)),
            FullSize("cool", (48, 48), [CloseUp("the eyes", inputs[2], inputs[3])], None),
        ],
        likeness=trial,
        colour_maps={"warm": torch.zeros(3, 9, 9, 9), "cool": torch.full((3, 9, 9, 9), -0.2)},
        expectations=as_table(
            {"warm": Expectation(5, 40, 3.2, measured(0.41, 0.06)), "cool": Expectation(5, 9, 0.0, None, "too few")}
        ),
        known_looks=methods_table({"generator": measured(0.31, 0.02), "population_mkl": measured(0.36, 0.02)}),
    )
