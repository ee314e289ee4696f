"""Adapting the base: both ways are trained, compared and told; what is decided once stays decided."""

import shutil

import pytest
import torch
from made_up_looks import made_up_looks

from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.shard import StreamSettings, make_shard
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.style_code import code_width
from influencer_style.metrics.intervals import Interval
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.settings import LossWeights, TrainerSettings
from influencer_style.training.task import ADAPTED, BASE
from influencer_style.training.transfer import adaptation
from influencer_style.training.transfer.adaptation import PLAIN, adapt
from influencer_style.training.transfer.guard import Comparison
from influencer_style.training.transfer.task import TransferTask, held_out_photos

STREAM = StreamSettings(resolution=32, sittings=3, targets=2, looks=1, references=2, grades=1, graded=4, photos=2)
SETTINGS = TrainerSettings(
    steps=4, examples=2, photos=2, head_start=1, relativistic=True, rate=1e-4, ema=0.5, stream=STREAM, threads=0,
    weights=LossWeights(adversarial=0.05, r2=1.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def material(encoder):
    """Encoder, shards, creators, and validation people and photos."""
    shards = [make_shard(STREAM, number, encoder) for number in range(2)]
    people = shards[0].people
    looks = made_up_looks(encoder, people, {"dark": people // 2})
    creators = CreatorPhotos(people, {"dark": people // 2}, looks, 32)
    return encoder, shards, creators, to_tensor(shards[1].people), {"dark": shards[1].people // 2}


@pytest.fixture(scope="module")
def base(material):
    torch.manual_seed(0)
    return TransferGenerator(TransferConfig(code_width(material[0]), 32, channels=8)).eval()


@pytest.fixture(scope="module")
def studio(material, tmp_path_factory):
    """A folder in which the shards of the comparison lie already: they take seconds to render."""
    folder = tmp_path_factory.mktemp("studio")
    held_out_photos(STREAM, folder, material[0])
    return folder


@pytest.fixture
def folder(studio, tmp_path):
    return shutil.copytree(studio, tmp_path / "adaptation")


def adapted(folder, base, material):
    encoder, shards, creators, people, photos = material
    task = TransferTask(
        settings=SETTINGS, encoder=encoder, creators=creators, initial=base, shards_at=lambda step: shards
    )
    return adapt(task, folder, people, photos)


def test_it_is_done_both_ways_and_decided_once(base, material, folder, monkeypatch):
    first = adapted(folder, base, material)
    assert set(first.generators) == {BASE, ADAPTED, PLAIN} and set(first.compared) == {ADAPTED, PLAIN, "adversary"}
    assert first.kept in first.generators and first.why and first.history[-1]["step"] == SETTINGS.steps
    assert "adversarial" in first.history[-1] or first.kept == PLAIN

    def never(*_):
        raise AssertionError("what was compared is not compared again")

    monkeypatch.setattr(adaptation, "measure", never)
    again = adapted(folder, base, material)
    assert again.decision == first.decision
    for name, generator in first.generators.items():
        one, other = (torch.cat([p.flatten() for p in g.parameters()]) for g in (generator, again.generators[name]))
        assert torch.equal(one, other)
    compared = first.decision["compared"]
    assert compared[ADAPTED]["truth"]["n"] == 6 and isinstance(compared[PLAIN]["objections"], list)


def found(*objections):
    none = Interval(0.0, 0.0, 0.0, 1)
    return Comparison(none, none, none, list(objections))


@pytest.mark.parametrize(
    ("with_adversary", "plain", "adversary", "kept"),
    [
        (found(), found(), found(), ADAPTED),
        (found(), found(), found("no nearer"), PLAIN),
        (found(), found("lost"), found("no nearer"), ADAPTED),
        (found("lost"), found(), found(), PLAIN),
        (found("lost"), found("lost"), found(), BASE),
    ],
)
def test_the_adversary_has_to_earn_its_place(
    base, material, folder, monkeypatch, with_adversary, plain, adversary, kept
):
    comparisons = {ADAPTED: with_adversary, PLAIN: plain, "adversary": adversary}
    monkeypatch.setattr(adaptation, "_compared", lambda generators, checked: comparisons)
    monkeypatch.setattr(
        adaptation, "train", lambda task, *_: type("State", (), {"average": task.initial, "history": []})()
    )
    assert adapted(folder, base, material).kept == kept
