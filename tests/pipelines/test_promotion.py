"""Promotion: the better of two generators becomes the champion, the worse never does."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from influencer_style.metrics.studio_judge import load_studio_judge
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.promotion import nodes as promotion
from influencer_style.tracking.registry.champion import Contender
from influencer_style.tracking.registry.versions import RegistryError
from tests.pipelines.conftest import LOOKS, picture, store


class Registry:
    """Two versions of a generator: what the nodes ask of `tracking`, without a store."""

    def __init__(self, challenger, champion):
        self.bundles = {"2": challenger, "1": champion}
        self.crowned, self.verdicts, self.metrics = "1", [], {}

    def attempt(self, what, action, urgent=False):
        return action()

    def log_metrics(self, metrics, step):
        self.metrics |= metrics

    def take_over(self, monkeypatch):
        def contender(store, name, asked):
            return Contender(name, {"@champion": self.crowned, "@challenger": "2"}.get(asked, asked), {})

        def crown(store, one, why, deposed):
            self.crowned = one.version

        monkeypatch.setattr(
            promotion.current, "node_run", lambda: SimpleNamespace(store=self, log_metrics=self.log_metrics)
        )
        monkeypatch.setattr(promotion.titles, "contender", contender)
        monkeypatch.setattr(promotion.titles, "contender_of", lambda store, name, made: contender(store, name, "2"))
        monkeypatch.setattr(promotion.titles, "folder_of", lambda store, one: one.version)
        monkeypatch.setattr(promotion.titles, "crown", crown)
        monkeypatch.setattr(promotion.titles, "record_verdict", lambda *verdict: self.verdicts.append(verdict[2:]))
        monkeypatch.setattr(promotion.TransferBundle, "load", lambda version: self.bundles[version])
        return self


def contest(world, monkeypatch, shares, champions_looks=None, against=None, **changed):
    """Judge a challenger against a champion, each of which takes a share of the way to the truth."""
    models = {"c": world["look_transfer"], "d": against or world["look_transfer"]}
    bundles = [replace(model, fingerprint=letter * 64) for letter, model in models.items()]
    bundles[1] = replace(bundles[1], looks=champions_looks or bundles[1].looks)
    way = dict(zip("cd", shares, strict=True))

    def restyle(bundle, crops, look):
        return (crops * (1 + way[bundle.fingerprint[0]] * (np.array(LOOKS[look]) - 1))).round().astype(np.uint8)

    monkeypatch.setattr("influencer_style.evaluation.contest.restyle_crops", restyle)
    registry = Registry(*bundles).take_over(monkeypatch)
    inputs = world | changed
    parameters = inputs["params:promotion"]
    verdict = promotion.judge_challenger(bundles[0], inputs["face_crops"], inputs["truth_crops"], parameters)
    return promotion.promote(verdict, parameters), registry


@pytest.fixture
def validated(world, tmp_path):
    """The world with truth, and more people, in the validation split."""
    own = [({"photo_id": f"seen{i}", "role": "user", "split": "validation"}, picture(40 + i)) for i in range(6)]
    for look in LOOKS:
        label = {"role": "creator", "slug": look, "creator": look.title(), "split": "validation"}
        own += [(label | {"photo_id": f"{look}-v{i}"}, picture(60 + i, look)) for i in range(3)]
    faces = store(tmp_path / "faces", own)
    people = [(row["photo_id"], crop) for row, crop in own if row["role"] == "user"]
    truths = [
        ({"photo_id": name, "look": look, "kind": "truth"}, (crop * LOOKS[look]).round().astype(np.uint8))
        for look in LOOKS
        for name, crop in people
    ]
    known = store(tmp_path / "truth", truths, ("photo_id", "look", "kind"))
    return world | {"face_crops": faces, "truth_crops": known}


def test_the_better_becomes_champion_and_the_worse_does_not(validated, monkeypatch):
    record, registry = contest(validated, monkeypatch, (0.9, 0.2))
    assert record["promoted"] and record["status"] == "promoted" and record["now"] == registry.crowned == "2"
    assert "surely better" in record["reasons"][0] and registry.verdicts[0][:2] == ("1", True)
    assert record["people"] == 6 and record["truth_known"]
    assert registry.metrics["promoted"] == 1 and registry.metrics["less.delta_e.warm"] < 0
    record, registry = contest(validated, monkeypatch, (0.2, 0.9))
    assert not record["promoted"] and record["now"] == registry.crowned == "1"
    assert registry.verdicts[0][:2] == ("1", False) and not record["lines"][0]["holds"]


class Negative(TransferGenerator):
    """Makes every photo its negative."""

    def forward(self, images, code, noise=None, strength=1.0):
        return 1 - images


def test_without_truth_known_looks_on_the_users_photos_judge(validated, monkeypatch, tmp_path):
    monkeypatch.setattr("influencer_style.evaluation.contest.choose_judge", lambda drawn: load_studio_judge())
    users = [({"photo_id": f"user{i}", "role": "user", "split": "train"}, picture(80 + i)) for i in range(14)]
    seen = [({"photo_id": f"seen{i}", "role": "user", "split": "validation"}, picture(40 + i)) for i in range(6)]
    own = [
        ({"photo_id": look, "role": "creator", "slug": look, "creator": look, "split": "train"}, picture(60, look))
        for look in LOOKS
    ]
    bundle = validated["look_transfer"]
    negative = replace(bundle, generator=Negative(bundle.generator.config).eval())
    real = {"truth_crops": validated["empty"], "face_crops": store(tmp_path / "all", [*users, *seen, *own])}
    better, worse = validated, validated | {"look_transfer": negative}
    record, _ = contest(better, monkeypatch, (0.5, 0.5), against=negative, **real)
    line = record["lines"][0]["difference"]
    assert line["metric"] == "known_looks" and line["look"] == "" and not record["truth_known"]
    assert [line["difference"]["metric"] for line in record["lines"]].count("known_looks") == 1
    assert line["less"]["high"] < 0 < line["challenger"] < line["champion"] and record["promoted"]
    assert not contest(worse, monkeypatch, (0.5, 0.5), against=bundle, **real)[0]["promoted"]


@pytest.mark.parametrize(("expires", "promoted"), [("never", False), ("2020-01-01", True)])
def test_a_look_that_nobody_may_use_any_more_is_no_loss(validated, monkeypatch, expires, promoted):
    looks = validated["look_transfer"].looks
    more = replace(looks["warm"], slug="rose", consent={"scope": ["transfer"], "expires": expires})
    held = looks.holding([*looks, more])
    record, _ = contest(validated, monkeypatch, (0.9, 0.2), held)
    assert record["promoted"] == promoted and ("rose" in str(record["reasons"])) != promoted


def test_too_few_to_judge_by_leave_the_champion(world, monkeypatch):
    record, registry = contest(world, monkeypatch, (1.0, 0.0), truth_crops=world["empty"])
    assert not record["promoted"] and registry.crowned == "1" and "too few users to compare" in record["reasons"][0]


def test_a_version_that_was_not_held_against_the_champion_does_not_depose_it(validated, monkeypatch):
    verdict, registry = contest(validated, monkeypatch, (0.9, 0.2))
    registry.crowned = "7"
    record = promotion.promote(verdict | {"promoted": True}, validated["params:promotion"])
    assert not record["promoted"] and "not judged against the champion, version 7" in record["reasons"][-1]


def test_where_nothing_is_tracked_nobody_is_judged_and_a_question_is_refused(world):
    parameters = world["params:promotion"]
    verdict = promotion.judge_challenger(world["look_transfer"], world["face_crops"], world["truth_crops"], parameters)
    assert not verdict["judged"] and promotion.promote(verdict, parameters) == verdict
    with pytest.raises(RegistryError, match=r"mlflow\.yml"):
        promotion.judge_versions(world["face_crops"], world["truth_crops"], parameters)
