"""The loop learns, is fair to small creators, and goes on after a kill as if nothing had been."""

import numpy as np
import pytest
import torch

from influencer_style.adversarial.checkpoint import load_checkpoint
from influencer_style.adversarial.data import TrainingData, resize
from influencer_style.adversarial.loop import TrainingDiverged, Watch
from influencer_style.adversarial.losses import reconstruction_loss
from influencer_style.adversarial.settings import TrainingSettings
from influencer_style.adversarial.trainer import train_transfer
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles, SetStatistics, describe
from influencer_style.networks.bundle import to_tensor
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.studio.pairs import StudioPairs

SETTINGS = {
    "profile": "cpu",
    "initial": "scratch",
    "base": "",
    "seed": 1,
    "learning_rate": 0.002,
    "discriminator_rate": 0.001,
    "code_noise": 0.1,
    "ema": 0.9,
    "penalty_every": 4,
    "sample_every": 5,
    "checkpoint_seconds": 1000.0,
    "weights": {"reconstruction": 1, "features": 0.1, "adversarial": 0.02, "gram": 0.02, "r1": 1},
    "pairs": {"looks": 3, "targets": 2, "references": 2},
    "profiles": {"cpu": {"resolution": 32, "pairs": 3, "photos": 2, "steps": 12, "channels": 8}},
}


def settings(**changes):
    return TrainingSettings(**(SETTINGS | changes))


def crops(seed, *shape):
    """Smooth random pictures, uint8."""
    chance = torch.Generator().manual_seed(seed)
    count = int(np.prod(shape))
    coarse = torch.rand(count, 3, 4, 4, generator=chance)
    images = torch.nn.functional.interpolate(coarse, (32, 32), mode="bilinear")
    return (images * 255).byte().permute(0, 2, 3, 1).reshape(*shape, 32, 32, 3).numpy()


def red(images):
    return (images * np.array([1.0, 0.5, 0.4])).astype(np.uint8)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(scope="module")
def data(encoder):
    users, tiny, large = crops(1, 6), red(crops(2, 2)), crops(3, 30)
    neutral = crops(4, 3, 2)
    pairs = StudioPairs(
        neutral=neutral,
        styled=red(neutral),
        references=red(crops(5, 3, 2)),
        regions=np.full((3, 2, 5, 32, 32), 50, np.uint8),
        population=crops(6, 10),
    )
    with torch.no_grad():
        sets = {
            name: SetStatistics.of(*describe(encoder, to_tensor(images)))
            for name, images in {"users": users, "tiny": tiny, "large": large}.items()
        }
    profiles = [LookProfile(name, name, sets[name]) for name in ("tiny", "large")]
    looks = LookProfiles(sets["users"], profiles, encoder.sha256, encoder.groups)
    return TrainingData(users, {"tiny": tiny, "large": large}, looks, pairs, encoder, 32)


def weights(generator):
    return torch.cat([p.flatten() for p in generator.parameters()])


class Killed(Exception):
    pass


@pytest.mark.parametrize("killed_at", [5, 10])
def test_a_killed_training_ends_with_the_very_same_weights(data, encoder, tmp_path, killed_at):
    whole, history = train_transfer(data, encoder, settings(), tmp_path / "whole.pt")

    def kill(step, generator):
        if step == killed_at:
            raise Killed

    often = settings(checkpoint_seconds=1e-9)
    with pytest.raises(Killed):
        train_transfer(data, encoder, often, tmp_path / "killed.pt", Watch(samples=kill))
    reached = load_checkpoint(tmp_path / "killed.pt")["step"]
    assert reached == killed_at - 1
    resumed, resumed_history = train_transfer(data, encoder, often, tmp_path / "killed.pt")
    assert torch.equal(weights(resumed), weights(whole))
    assert [row["total"] for row in resumed_history] == [row["total"] for row in history]


def test_a_finished_training_is_not_done_again(data, encoder, tmp_path):
    first, _ = train_transfer(data, encoder, settings(), tmp_path / "done.pt")
    steps = []
    again, _ = train_transfer(
        data, encoder, settings(), tmp_path / "done.pt", Watch(metrics=lambda step, losses: steps.append(step))
    )
    assert steps == [] and torch.equal(weights(first), weights(again))


def test_training_learns_the_pairs(data, encoder, tmp_path):
    profile = SETTINGS["profiles"]["cpu"] | {"steps": 80}
    asked = settings(profiles={"cpu": profile}, learning_rate=0.0005)
    generator, history = train_transfer(data, encoder, asked, tmp_path / "c.pt")
    assert {"reconstruction", "features", "adversarial", "gram", "discriminator", "total"} <= set(history[0])
    batch = data.batch(24, 1, 8, 0.0, torch.Generator().manual_seed(99))

    def error(network):
        with torch.no_grad():
            return reconstruction_loss(network(batch.inputs, batch.codes)[:24], batch.truth, batch.weights)

    # Four seeds came to 0.37 to 0.46 of the untrained network, which is the population transport.
    assert error(generator) < 0.65 * error(TransferGenerator(generator.config))


def test_a_loss_that_is_not_a_number_ends_the_training_with_a_remedy(data, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "influencer_style.adversarial.trainer.reconstruction_loss", lambda *_: torch.tensor(float("nan"))
    )
    with pytest.raises(TrainingDiverged, match=r"step 10: reconstruction, total.*lower the learning rate"):
        train_transfer(data, encoder, settings(), tmp_path / "c.pt")


def test_a_damaged_checkpoint_is_put_aside(data, encoder, tmp_path, caplog):
    (tmp_path / "c.pt").write_bytes(b"half a checkpoint")
    train_transfer(data, encoder, settings(), tmp_path / "c.pt")
    assert "cannot be read" in caplog.text and (tmp_path / "c.damaged").exists()
    assert load_checkpoint(tmp_path / "c.pt")["step"] == 12


def test_creators_take_turns_however_many_photos_they_have(data):
    chance = torch.Generator().manual_seed(0)
    batches = [data.batch(1, 2, 8, 0.0, chance) for _ in range(20)]
    tiny = data.looks.code("tiny")
    asked = sum(int((batch.codes[1:] == tiny).all(1).sum()) for batch in batches)
    assert asked == 20


def test_batches_line_up(data):
    batch = data.batch(3, 2, 8, 0.1, torch.Generator().manual_seed(2))
    assert len(batch.inputs) == len(batch.codes) == len(batch.noise) == len(batch.real) == 5
    assert len(batch.truth) == len(batch.weights) == 3 and len(batch.target) == 2
    assert float(batch.weights.mean()) == pytest.approx(1, abs=1e-5)
    for images in (batch.inputs, batch.real):
        assert 0 <= images.min() and images.max() <= 1


def test_resize_is_area_true():
    checkers = np.indices((64, 64)).sum(0) % 2 * 255
    small = resize(np.repeat(checkers[None, :, :, None], 3, -1).astype(np.uint8), 32)
    assert small.shape == (1, 3, 32, 32)
    assert (small.float() - 127.5).abs().max() < 3


@pytest.mark.parametrize(
    "change", [{"learning_rate": float("nan")}, {"seed": "x"}, {"unknown": 1}, {"initial": "best"}, {"ema": 1.0}]
)
def test_bad_parameters_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        settings(**change)
