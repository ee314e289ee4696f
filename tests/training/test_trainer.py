"""The loop learns, is fair to small creators, and goes on after a kill as if nothing had been."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_up_looks import made_up_looks

from influencer_style.examples.creators import CreatorPhotos, resize
from influencer_style.examples.paired import Sampling, draw_photos
from influencer_style.examples.shard import StreamSettings, make_shard
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.engine import TrainingDiverged, Watch, take_step, train
from influencer_style.training.game import reconstruction_loss
from influencer_style.training.settings import LossWeights, TrainerSettings
from influencer_style.training.state import load_checkpoint
from influencer_style.training.transfer.task import TransferTask

STREAM = StreamSettings(resolution=32, sittings=3, targets=2, looks=1, references=2, grades=2, graded=4, photos=2)
SETTINGS = TrainerSettings(
    steps=8, examples=3, photos=2, channels=8, colour=0.3, rate=0.002, discriminator_rate=0.001,
    weights=LossWeights(features=0.1, adversarial=0.02, gram=0.02), penalty_every=4, code_noise=0.1, ema=0.9, seed=1,
    stream=STREAM, validate_every=3, checkpoint_seconds=1000.0, threads=0,
)  # fmt: skip


def crops(seed, *shape):
    """Smooth random pictures, uint8."""
    rng = torch.Generator().manual_seed(seed)
    count = int(np.prod(shape))
    coarse = torch.rand(count, 3, 4, 4, generator=rng)
    images = torch.nn.functional.interpolate(coarse, (32, 32), mode="bilinear")
    return (images * 255).byte().permute(0, 2, 3, 1).reshape(*shape, 32, 32, 3).numpy()


def red(images):
    return (images * np.array([1.0, 0.5, 0.4])).astype(np.uint8)


@pytest.fixture(scope="module")
def shards(encoder):
    return [make_shard(STREAM, number, encoder) for number in range(2)]


@pytest.fixture(scope="module")
def creators(encoder):
    users, tiny, large = crops(1, 6), red(crops(2, 2)), crops(3, 30)
    photos = {"tiny": tiny, "large": large}
    return CreatorPhotos(users, photos, made_up_looks(encoder, users, photos), 32)


def task_of(settings, encoder, shards, **further):
    return TransferTask(settings=settings, encoder=encoder, shards_at=lambda step: shards, **further)


@pytest.fixture(scope="module")
def trained(encoder, shards, creators):
    """Train with some settings changed, on the same two shards at every step."""

    def run(checkpoint, watch=None, initial=None, **changes):
        settings = replace(SETTINGS, **changes)
        return train(task_of(settings, encoder, shards, creators=creators, initial=initial), checkpoint, watch)

    return run


@pytest.fixture(scope="module")
def whole(trained, tmp_path_factory):
    """The training with `SETTINGS`, undisturbed, and its checkpoint."""
    checkpoint = tmp_path_factory.mktemp("whole") / "c.pt"
    return trained(checkpoint), checkpoint


def weights(generator):
    return torch.cat([p.flatten() for p in generator.parameters()])


class Killed(Exception):
    pass


@pytest.mark.parametrize("killed_at", [6, pytest.param(3, marks=pytest.mark.slow)])
def test_a_killed_training_ends_with_the_very_same_weights(trained, whole, tmp_path, killed_at):
    whole, _ = whole

    def kill(step, generator):
        if step == killed_at:
            raise Killed

    with pytest.raises(Killed):
        trained(tmp_path / "killed.pt", Watch(samples=kill), checkpoint_seconds=1e-9)
    reached = load_checkpoint(tmp_path / "killed.pt")["step"]
    assert reached == killed_at - 1
    resumed = trained(tmp_path / "killed.pt")
    assert torch.equal(weights(resumed.average), weights(whole.average))
    assert [row["total"] for row in resumed.history] == [row["total"] for row in whole.history]


def test_a_finished_training_is_not_done_again(trained, whole):
    first, checkpoint = whole
    steps = []
    again = trained(checkpoint, Watch(metrics=lambda step, losses: steps.append(step)))
    assert steps == [] and torch.equal(weights(first.average), weights(again.average))


def test_photos_alone_are_enough(encoder, creators, tmp_path):
    settings = replace(SETTINGS, examples=0, photos=4, steps=4, parts=2, validate_every=4)
    state = train(task_of(settings, encoder, None, creators=creators), tmp_path / "c.pt")
    assert {"adversarial", "gram", "total"} <= set(state.history[-1])
    assert not {"reconstruction", "features"} & set(state.history[-1])
    with pytest.raises(ValueError, match="examples and photos are both 0"):
        replace(settings, photos=0)


def test_training_learns_the_truth_and_tells_every_loss(trained, shards, encoder, tmp_path):
    told = []
    watch = Watch(
        metrics=lambda step, losses: told.append(losses),
        validate=lambda generator: {"validation_error": 1.0},
        progress=lambda step, steps, words: told.append(words),
    )
    state = trained(tmp_path / "c.pt", watch, steps=32, rate=0.001)
    assert {"reconstruction", "features", "adversarial", "gram", "discriminator", "total"} <= set(state.history[0])
    assert state.history[-1]["validation_error"] == 1.0 and state.history[-1]["step"] == 32
    assert any("images/s" in words for words in told if isinstance(words, str))
    batch = draw_photos(shards, encoder.groups, Sampling(24, 0.3), 8, torch.Generator().manual_seed(99))

    def error(network):
        with torch.no_grad():
            return reconstruction_loss(network(batch.inputs, batch.codes), batch.truth, batch.weights)

    assert error(state.average) < 0.8 * error(TransferGenerator(state.average.config))


def broken_loss(monkeypatch, times):
    """Make the loss no number from step 6 on, as many times."""
    seen = []

    def loss(result, truth, weights):
        seen.append(len(seen))
        good = reconstruction_loss(result, truth, weights)
        return good * float("nan") if len(seen) > 5 and len(seen) <= 5 + times else good

    monkeypatch.setattr("influencer_style.training.game.reconstruction_loss", loss)


def test_a_loss_that_is_not_a_number_sends_training_back_once(trained, tmp_path, monkeypatch, caplog):
    broken_loss(monkeypatch, 1)
    state = trained(tmp_path / "c.pt", checkpoint_seconds=1e-9)
    assert "step 6: " in caplog.text and "goes back to step 5, once" in caplog.text
    assert state.step == 8 and state.rollbacks == 1 and weights(state.average).isfinite().all()


def test_a_loss_that_is_not_a_number_again_ends_the_training_with_a_remedy(trained, tmp_path, monkeypatch):
    broken_loss(monkeypatch, 1000)
    with pytest.raises(TrainingDiverged, match=r"reconstruction.*lower the learning rate"):
        trained(tmp_path / "c.pt")


def test_a_discriminator_that_knows_all_ends_the_training_with_a_remedy(trained, tmp_path, monkeypatch):
    monkeypatch.setattr("influencer_style.training.engine._TOO_SURE", -1.0)
    with pytest.raises(TrainingDiverged, match=r"tells all pictures apart; lower discriminator_rate"):
        trained(tmp_path / "c.pt")


ALL_TERMS = LossWeights(
    features=0.1, adversarial=0.02, gram=0.02, content=0.02, shape=0.02, r1=0.5, r2=0.5, lecam=0.1
)  # fmt: skip


def test_relativistic_with_every_term_goes_on_after_a_kill_as_if_nothing_had_been(trained, tmp_path):
    changes = {"relativistic": True, "weights": ALL_TERMS, "head_start": 1}
    whole = trained(tmp_path / "whole.pt", **changes)
    told = {name for row in whole.history for name in row}
    assert {"content", "shape", "lecam", "gram", "adversarial", "discriminator", "total"} <= told

    def kill(step, generator):
        raise Killed

    with pytest.raises(Killed):
        trained(tmp_path / "killed.pt", Watch(samples=kill), checkpoint_seconds=1e-9, **changes)
    resumed = trained(tmp_path / "killed.pt", **changes)
    assert torch.equal(weights(resumed.average), weights(whole.average)) and torch.equal(resumed.logits, whole.logits)


def test_a_head_start_teaches_the_discriminator_alone(trained, tmp_path):
    initial = trained(tmp_path / "first.pt", steps=2).average
    seen = []
    watch = Watch(samples=lambda step, generator: seen.append(weights(generator)))
    trained(tmp_path / "c.pt", watch, initial=initial, steps=4, head_start=3, validate_every=3)
    assert torch.equal(seen[0], weights(initial)) and not torch.equal(seen[1], weights(initial))


def test_parts_learn_the_same_as_the_whole(trained, tmp_path):
    # One loss that is a mean over pictures: of others, a batch's mean is not that of its parts.
    only = LossWeights(features=0.0, adversarial=0.0)
    one, three = (
        trained(tmp_path / f"{parts}.pt", steps=3, photos=0, half=False, weights=only, parts=parts) for parts in (1, 3)
    )
    assert torch.allclose(weights(one.average), weights(three.average), atol=1e-4)


def test_out_of_memory_takes_batches_in_parts_and_goes_on(trained, tmp_path, monkeypatch, caplog):
    taken = []

    def short_of_memory(task, state, batch, parts, rng):
        taken.append(parts)
        if parts < 2:
            raise torch.OutOfMemoryError
        return take_step(task, state, batch, parts, rng)

    monkeypatch.setattr("influencer_style.training.engine.take_step", short_of_memory)
    assert trained(tmp_path / "c.pt", steps=3).step == 3
    assert taken == [1] + 3 * [2] and "Out of memory at step 0: batches are taken in 2 parts" in caplog.text


def test_a_slow_machine_makes_the_very_same_weights(trained, whole, tmp_path, monkeypatch):
    usual, _ = whole

    class SlowClock:
        """A machine on which an hour passes whenever the training looks at the clock."""

        now = 0.0

        @classmethod
        def monotonic(cls):
            cls.now += 3600
            return cls.now

    monkeypatch.setattr("influencer_style.training.engine.time", SlowClock)
    slow = trained(tmp_path / "slow.pt")
    assert SlowClock.now > 8 * 3600 and slow.seconds > usual.seconds
    assert slow.step == usual.step == 8
    assert torch.equal(weights(slow.average), weights(usual.average))
    assert torch.equal(weights(slow.discriminator), weights(usual.discriminator))


def test_a_damaged_checkpoint_is_put_aside(trained, tmp_path, caplog):
    (tmp_path / "c.pt").write_bytes(b"half a checkpoint")
    trained(tmp_path / "c.pt", steps=2)
    assert "cannot be read" in caplog.text and (tmp_path / "c.damaged").exists()
    assert load_checkpoint(tmp_path / "c.pt")["step"] == 2


def test_photos_without_creators_are_refused(shards, encoder):
    with pytest.raises(ValueError, match="photos is 2, and there are no creators' photos"):
        task_of(SETTINGS, encoder, shards)


def test_creators_take_turns_however_many_photos_they_have(creators):
    rng = torch.Generator().manual_seed(0)
    batches = [creators.batch(2, 0.0, 8, rng) for _ in range(20)]
    tiny = creators.looks.code("tiny")
    assert sum(int((batch.codes == tiny).all(1).sum()) for batch in batches) == 20


def test_batches_line_up(creators):
    batch = creators.batch(3, 0.1, 8, torch.Generator().manual_seed(2))
    assert {len(value) for value in vars(batch).values()} == {3}
    for images in (batch.inputs, batch.real):
        assert images.shape == (3, 3, 32, 32) and images.min() >= 0 and images.max() <= 1


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
    with pytest.raises(ValueError, match=r"gram\n  Input should be greater than or equal to 0"):
        LossWeights(gram=-1.0)
