"""Synthesis learns who z says it is, in the look that others wear; a killed run ends the same; the guard may say no."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_up_looks import made_up_looks

from influencer_style.examples.batch import StepBatch
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.paired import Sampling, draw_portraits
from influencer_style.examples.shard import StreamSettings, make_shard
from influencer_style.examples.stream import Pace, StudioStream
from influencer_style.faces.detect import LbpCascade
from influencer_style.faces.face import Face
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.style_code import code_width
from influencer_style.metrics.intervals import Interval
from influencer_style.networks.base import SynthesisBase
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.studio.latent import WIDTH
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import LossWeights
from influencer_style.training.synthesis.adaptation import AdaptationTask, adapt_synthesis
from influencer_style.training.synthesis.guard import faces_found
from influencer_style.training.synthesis.pretraining import PretrainingTask, pretrain_synthesis
from influencer_style.training.synthesis.task import SynthesisSettings, TraitSettings
from influencer_style.training.task import ADAPTED, BASE

STREAM = StreamSettings(
    resolution=32, sittings=2, targets=2, looks=1, references=2, grades=2, graded=2, photos=1, known=True, most=2
)  # fmt: skip
SETTINGS = SynthesisSettings(
    steps=6, examples=3, channels=8, colour=0.3, neutral=0.3, rate=0.002, adversary_after=3, penalty_every=1, ema=0.9,
    stream=STREAM, shard_every=3, window=3, validate_every=3, checkpoint_seconds=1e-9, threads=0, half=False,
    traits=TraitSettings(people=50, steps=20, batch=16),
)  # fmt: skip


@pytest.fixture(scope="module")
def shards(encoder):
    return [make_shard(STREAM, number, encoder) for number in range(2)]


def drawn(shards, encoder, count=6, colour=0.0, neutral=0.0, seed=1):
    return draw_portraits(shards, encoder.groups, Sampling(count, colour, neutral), torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("colour", "neutral"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.3, 0.4)])
def test_portraits_line_up_with_their_z(shards, encoder, colour, neutral):
    portraits = drawn(shards, encoder, 6, colour, neutral)
    assert portraits.noise.shape == (6, WIDTH) and portraits.codes.shape == (6, code_width(encoder))
    assert portraits.codes.isfinite().all() and torch.allclose(portraits.weights.mean((1, 2, 3)), torch.ones(6))
    assert torch.equal(portraits.truth, drawn(shards, encoder, 6, colour, neutral).truth)
    known = {tuple(z): (shard, i, j) for shard in shards for i, row in enumerate(shard.latents.tolist())
             for j, z in enumerate(row)}  # fmt: skip
    for z, truth in zip(portraits.noise.tolist(), portraits.truth, strict=True):
        shard, i, j = known[tuple(z)]
        if neutral == 1.0:
            assert torch.equal(truth, to_tensor(shard.neutral[i, j][None])[0])


@pytest.mark.slow  # its process takes seconds to start; test_synthesis_pretraining.py has a finite stream as well
def test_a_finite_stream_ends_with_its_last_shard(shards, encoder, tmp_path):
    with StudioStream(STREAM, tmp_path, encoder, Pace(1, first=2, window=9)) as stream:
        assert len(stream.at(0)) == len(stream.at(50)) == 2
    assert len(list(tmp_path.glob("shards/*.npz"))) == 2


def test_it_learns_the_portraits_it_is_shown(shards, encoder, tmp_path):
    portraits = drawn(shards, encoder, 2)
    plain = replace(
        SETTINGS,
        steps=60,
        validate_every=60,
        checkpoint_seconds=1e3,
        weights=LossWeights(features=0.1, adversarial=0.0),
    )
    task = PretrainingTask(settings=plain, encoder=encoder, shards_at=lambda step: shards)
    task.draw = lambda step, rng: StepBatch(portraits, None)
    state = train(task, tmp_path / "c.pt")
    first, last = state.history[0], state.history[-1]
    assert last["reconstruction"] < 0.8 * first["reconstruction"] and "adversarial" not in last


class Killed(Exception):
    pass


def test_a_killed_training_ends_with_the_very_same_weights(shards, encoder, tmp_path):
    def trained(checkpoint, watch=None):
        task = PretrainingTask(settings=SETTINGS, encoder=encoder, shards_at=lambda step: shards)
        state = train(task, tmp_path / checkpoint, watch)
        return torch.cat([p.flatten() for p in state.average.parameters()]), state.history

    def kill(step, generator):
        raise Killed

    whole, history = trained("whole.pt")
    assert "adversarial" not in history[0] and {"adversarial", "r1", "r2"} <= set(history[-1])
    with pytest.raises(Killed):
        trained("killed.pt", Watch(samples=kill))
    assert torch.equal(trained("killed.pt")[0], whole)


@pytest.mark.slow
def test_a_killed_pretraining_ends_with_the_very_same_weights(tmp_path):
    whole = pretrain_synthesis(SETTINGS, tmp_path / "whole")
    assert {"validation_neutral", "validation_looks"} <= set(whole.history[-1]) and whole.facts["steps"] == 6

    def kill(step, generator, portraits):
        raise Killed

    (tmp_path / "whole" / "shards").rename(tmp_path / "shards")
    (tmp_path / "killed").mkdir()
    (tmp_path / "shards").rename(tmp_path / "killed" / "shards")
    with pytest.raises(Killed):
        pretrain_synthesis(SETTINGS, tmp_path / "killed", show=kill)
    assert pretrain_synthesis(SETTINGS, tmp_path / "killed").sha256 == whole.sha256


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"neutral": 0.8, "colour": 0.3}, "shares of one whole"),
        ({"neutral": float("nan")}, r"neutral\n  Input should be a finite number"),
        ({"momentum": 1.0}, r"momentum\n  Input should be less than or equal to 0\.9999999"),
        ({"adversary_after": -1}, "adversary_after"),
        ({"stream": StreamSettings()}, "known"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong, why):
    with pytest.raises(ValueError, match=why):
        replace(SETTINGS, **wrong)


@pytest.fixture(scope="module")
def creators(shards, encoder):
    people = shards[0].neutral.reshape(-1, 32, 32, 3)
    red = (people * np.array([1.0, 0.4, 0.3])).astype(np.uint8)
    return CreatorPhotos(people, {"red": red}, made_up_looks(encoder, people, {"red": red}), 32)


@pytest.fixture(scope="module")
def base(encoder):
    torch.manual_seed(2)
    network = SynthesisGenerator(SynthesisConfig(code_width(encoder), WIDTH, 32, 8, 16)).eval().requires_grad_(False)
    return SynthesisBase(network, encoder.sha256, [{"step": 0.0}], {})


class OneFace:
    def find(self, photo):
        assert photo.shape == (256, 256, 3)
        return [Face(10, 10, 100, 0.9)]


ADAPTING = replace(
    SETTINGS, steps=5, photos=2, examples=2, head_start=1, adversary_after=0, rate=0.001,
    weights=LossWeights(features=0.1, adversarial=0.05, gram=0.05, shape=0.1, r1=1.0, r2=1.0),
)  # fmt: skip


def adapted(base, creators, encoder, folder, unseen=8, watch=None):
    photos = {"red": creators.creators["red"].permute(0, 2, 3, 1).numpy().repeat(unseen, 0)}
    task = AdaptationTask(settings=ADAPTING, encoder=encoder, creators=creators, initial=base.generator)
    return adapt_synthesis(task, folder, photos, OneFace(), watch)


def test_an_adaptation_goes_on_after_a_kill_and_leaves_the_base_alone(base, creators, encoder, tmp_path):
    before = base.sha256
    whole = adapted(base, creators, encoder, tmp_path / "whole")
    assert base.sha256 == before and whole.kept in (BASE, ADAPTED) and "one face" not in whole.why
    assert {"adversarial", "gram", "shape", "reconstruction", "features"} <= set(whole.history[-1])

    def kill(step, generator):
        raise Killed

    (tmp_path / "killed").mkdir()
    with pytest.raises(Killed):
        adapted(base, creators, encoder, tmp_path / "killed", watch=Watch(samples=kill))
    again = adapted(base, creators, encoder, tmp_path / "killed")
    assert again.history[-1]["total"] == whole.history[-1]["total"] and again.compared == whole.compared


@pytest.fixture(scope="module")
def adapted_once(tmp_path_factory):
    """The folder of one adaptation: what follows finds it finished, and only decides anew."""
    return tmp_path_factory.mktemp("adapted_once")


class Sees:
    """A judge of looks that takes only so many of a generator's portraits for the look, the base's first."""

    def __init__(self, shares):
        self.shares = list(shares)

    def takes_for(self, pictures, look):
        return np.arange(len(pictures)) < self.shares.pop(0) * len(pictures)


@pytest.mark.parametrize(
    ("taken", "nearer", "kept", "why"),
    [
        ((0.2, 0.9), 0.1, ADAPTED, "surely more"),
        ((0.2, 0.9), None, ADAPTED, "surely more"),
        ((0.5, 0.5), -0.2, ADAPTED, "surely more"),
        ((0.5, 0.5), 0.0, BASE, "not surely more"),
        ((0.9, 0.2), None, BASE, "not surely more"),
        ((0.2, 0.9), 0.3, BASE, "further from"),
    ],
)
def test_only_what_gains_and_loses_nothing_is_kept(
    base, creators, encoder, adapted_once, monkeypatch, taken, nearer, kept, why
):
    home = "influencer_style.training.synthesis.guard"
    monkeypatch.setattr(f"{home}.fit_look_judge", lambda *photos: Sees(taken))
    if nearer is not None:
        found = Interval(nearer, nearer - 0.15, nearer + 0.15, 32)
        monkeypatch.setattr(f"{home}.kid_difference", lambda *sets: found)
    done = adapted(base, creators, encoder, adapted_once, unseen=0 if nearer is None else 1)
    assert done.kept == kept and why in done.why
    assert done.compared["taken"]["mean"] == pytest.approx(taken[1] - taken[0], abs=0.04)
    assert (done.generator is base.generator) == (kept == BASE)


def test_no_look_is_the_population_against_itself(creators):
    code = creators.looks.neutral_code()
    dimension = len(creators.looks.reference.mean)
    assert code.abs()[:dimension].max() == 0 and not torch.equal(code, creators.codes["red"])


def test_faces_are_counted_in_small_pictures():
    flat = np.full((2, 32, 32, 3), 127, np.uint8)
    assert faces_found(flat, OneFace()).tolist() == [1, 1] and faces_found(flat, LbpCascade()).tolist() == [0, 0]
