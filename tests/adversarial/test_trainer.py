"""The loop learns, is fair to small creators, and goes on after a kill as if nothing had been."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from influencer_style.adversarial.checkpoint import load_checkpoint
from influencer_style.adversarial.creators import CreatorPhotos, resize
from influencer_style.adversarial.examples import draw_examples
from influencer_style.adversarial.loop import TrainingDiverged, Watch
from influencer_style.adversarial.losses import reconstruction_loss
from influencer_style.adversarial.settings import LossWeights, TrainerSettings
from influencer_style.adversarial.stream import StreamSettings, make_shard
from influencer_style.adversarial.trainer import train
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles, SetStatistics, describe
from influencer_style.networks.bundle import to_tensor
from influencer_style.networks.transfer import TransferGenerator

STREAM = StreamSettings(resolution=32, sittings=3, targets=2, looks=1, references=2, grades=2, graded=4, photos=2)
SETTINGS = TrainerSettings(
    steps=12, examples=3, photos=2, channels=8, colour=0.3, rate=0.002, discriminator_rate=0.001,
    weights=LossWeights(features=0.1, adversarial=0.02, gram=0.02), penalty_every=4, code_noise=0.1, ema=0.9, seed=1,
    stream=STREAM, validate_every=5, checkpoint_seconds=1000.0, threads=0,
)  # fmt: skip


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
def shards(encoder):
    return [make_shard(STREAM, number, encoder) for number in range(2)]


@pytest.fixture(scope="module")
def creators(encoder):
    users, tiny, large = crops(1, 6), red(crops(2, 2)), crops(3, 30)
    with torch.no_grad():
        sets = {
            name: SetStatistics.of(*describe(encoder, to_tensor(images)))
            for name, images in {"users": users, "tiny": tiny, "large": large}.items()
        }
    profiles = [LookProfile(name, name, sets[name]) for name in ("tiny", "large")]
    looks = LookProfiles(sets["users"], profiles, encoder.sha256, encoder.groups)
    return CreatorPhotos(users, {"tiny": tiny, "large": large}, looks, 32)


@pytest.fixture(scope="module")
def trained(encoder, shards, creators):
    """Train with some settings changed, on the same two shards at every step."""

    def run(checkpoint, watch=None, **changes):
        return train(replace(SETTINGS, **changes), lambda step: shards, encoder, checkpoint, watch, creators)

    return run


def weights(generator):
    return torch.cat([p.flatten() for p in generator.parameters()])


class Killed(Exception):
    pass


@pytest.mark.parametrize("killed_at", [5, 10])
def test_a_killed_training_ends_with_the_very_same_weights(trained, tmp_path, killed_at):
    whole = trained(tmp_path / "whole.pt")

    def kill(step, generator):
        if step == killed_at:
            raise Killed

    with pytest.raises(Killed):
        trained(tmp_path / "killed.pt", Watch(samples=kill), checkpoint_seconds=1e-9)
    reached = load_checkpoint(tmp_path / "killed.pt")["step"]
    assert reached == killed_at - 1
    resumed = trained(tmp_path / "killed.pt", checkpoint_seconds=1e-9)
    assert torch.equal(weights(resumed.average), weights(whole.average))
    assert [row["total"] for row in resumed.history] == [row["total"] for row in whole.history]


def test_a_finished_training_is_not_done_again(trained, tmp_path):
    first = trained(tmp_path / "done.pt")
    steps = []
    again = trained(tmp_path / "done.pt", Watch(metrics=lambda step, losses: steps.append(step)))
    assert steps == [] and torch.equal(weights(first.average), weights(again.average))


def test_training_learns_the_truth_and_tells_every_loss(trained, shards, encoder, tmp_path):
    told = []
    watch = Watch(
        metrics=lambda step, losses: told.append(losses),
        validate=lambda generator: {"validation_error": 1.0},
        progress=lambda step, steps, words: told.append(words),
    )
    state = trained(tmp_path / "c.pt", watch, steps=80, rate=0.0005)
    assert {"reconstruction", "features", "adversarial", "gram", "discriminator", "total"} <= set(state.history[0])
    assert state.history[-1]["validation_error"] == 1.0 and state.history[-1]["step"] == 80
    assert any("images/s" in words for words in told if isinstance(words, str))
    batch = draw_examples(shards, encoder.groups, 24, 0.3, 0.0, 8, torch.Generator().manual_seed(99))

    def error(network):
        with torch.no_grad():
            return reconstruction_loss(network(batch.inputs, batch.codes), batch.truth, batch.weights)

    assert error(state.average) < 0.8 * error(TransferGenerator(state.average.config))


def test_a_loss_that_is_not_a_number_ends_the_training_with_a_remedy(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "influencer_style.adversarial.trainer.reconstruction_loss", lambda *_: torch.tensor(float("nan"))
    )
    with pytest.raises(TrainingDiverged, match=r"step 5: reconstruction, total.*lower the learning rate"):
        trained(tmp_path / "c.pt")


def test_a_damaged_checkpoint_is_put_aside(trained, tmp_path, caplog):
    (tmp_path / "c.pt").write_bytes(b"half a checkpoint")
    trained(tmp_path / "c.pt")
    assert "cannot be read" in caplog.text and (tmp_path / "c.damaged").exists()
    assert load_checkpoint(tmp_path / "c.pt")["step"] == 12


def test_photos_without_creators_are_refused(shards, encoder, tmp_path):
    with pytest.raises(ValueError, match="photos is 2, and there are no creators' photos"):
        train(SETTINGS, lambda step: shards, encoder, tmp_path / "c.pt")


def test_creators_take_turns_however_many_photos_they_have(creators):
    chance = torch.Generator().manual_seed(0)
    batches = [creators.batch(2, 0.0, 8, chance) for _ in range(20)]
    tiny = creators.looks.code("tiny")
    asked = sum(int((batch.codes == tiny).all(1).sum()) for batch in batches)
    assert asked == 20


def test_batches_line_up(creators):
    batch = creators.batch(3, 0.1, 8, torch.Generator().manual_seed(2))
    assert {len(value) for value in vars(batch).values()} == {3}
    for images in (batch.inputs, batch.real):
        assert images.shape == (3, 3, 32, 32) and 0 <= images.min() and images.max() <= 1


def test_resize_is_area_true():
    checkers = np.indices((64, 64)).sum(0) % 2 * 255
    small = resize(np.repeat(checkers[None, :, :, None], 3, -1).astype(np.uint8), 32)
    assert small.shape == (1, 3, 32, 32)
    assert (small.float() - 127.5).abs().max() < 3


@pytest.mark.parametrize(
    "change",
    [
        {"rate": float("nan")}, {"rate": 0.0}, {"ema": 1.0}, {"steps": 0}, {"photos": -1}, {"channels": 9},
        {"colour": 1.5}, {"window": 1},
    ],
)  # fmt: skip
def test_bad_settings_are_refused_by_name(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(SETTINGS, **change)


def test_a_bad_weight_is_refused_by_name():
    with pytest.raises(ValueError, match="gram is -1"):
        LossWeights(gram=-1.0)
