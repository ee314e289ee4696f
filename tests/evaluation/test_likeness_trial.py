"""The likeness guard tried on made-up results: blends with the creator are found, looks without a face passed over."""

import dataclasses

from influencer_style.evaluation.likeness_trial import LikenessFigures, likeness_section, try_guard
from influencer_style.metrics.intervals import Bootstrap


def test_the_trial_sees_blends_become_the_creator(cases, trial):
    kinds = ["generator", "oracle", "morph_25", "morph_50", "morph_75", "morph_100"]
    assert trial["kind"].unique().tolist() == kinds and len(trial) == len(kinds) * 2 * len(cases.inputs)
    section = likeness_section(trial, Bootstrap(200))
    means = [section.overall[kind]["likeness"].mean for kind in ("generator", *kinds[2:])]
    assert means == sorted(means) and set(section.creators) == {"cool", "warm"}
    assert section.overall["generator"]["alarms"].n == len(cases.inputs)
    assert section.overall["morph_100"]["alarms"].mean > section.overall["generator"]["alarms"].mean


def test_looks_that_keep_no_face_or_one_of_another_judge_are_passed_over(cases, looks, judges):
    old = looks.with_likenesses({"cool": dataclasses.replace(looks["cool"].likeness, judge="another")})
    trial = try_guard(cases, old, {judges.identity.sha256: judges.identity}.get)
    assert trial.empty and likeness_section(trial) == LikenessFigures({}, {})
