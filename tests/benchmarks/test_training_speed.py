"""The networks of StarGAN v2's shape are its shape and learn; the benchmark's record has every figure it promises."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from benchmarks import training_speed
from benchmarks.child import Child, facts, peak_memory, peaks, timed
from benchmarks.our_training import STAGES, OurTraining, our_settings
from benchmarks.stargan_shaped import (
    Discriminator,
    Generator,
    MappingNetwork,
    Shape,
    StyleEncoder,
    matched,
    parameters_to_match,
)
from benchmarks.stargan_training import Batch, StarganTraining
from influencer_style.examples.shard import StreamSettings

TINY = Shape(size=32, width=16, domains=3, latent=4, style=8)
STREAM = StreamSettings(resolution=32, sittings=2, targets=1, looks=1, references=2, grades=1, graded=2, photos=1)


@pytest.fixture
def settings():
    """Those of a `make run`, but tiny: a gradient penalty in every second step, and a head start that is over."""
    real = our_settings(32)
    return replace(real, examples=2, photos=1, channels=8, stream=STREAM, penalty_every=2, head_start=3)


def weights(network):
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_the_shape_is_the_papers():
    faces = Shape(256)
    assert faces.halvings(16) == [(64, 128), (128, 256), (256, 512), (512, 512)]
    assert Shape(64).halvings(16) == [(256, 512), (512, 512)] and Shape(64).halvings(4)[2:] == [(512, 512)] * 2
    assert Shape(64, 128).halvings(16) == [(64, 128), (128, 128)]
    with torch.device("meta"):
        counted = {n: sum(p.numel() for p in n(faces).parameters()) for n in (Generator, MappingNetwork, StyleEncoder)}
    # What these layers come to; a convolution or a branch too few would show.
    assert counted[MappingNetwork] == pytest.approx(2.44e6, rel=0.01)
    assert counted[Generator] == pytest.approx(33.9e6, rel=0.01)
    assert counted[StyleEncoder] == pytest.approx(20.9e6, rel=0.01)
    for size in (16, 48):
        with pytest.raises(ValueError, match=str(size)):
            Shape(size)


def test_networks_return_what_they_say():
    batch = Batch.random(TINY, 2, 0, "cpu")
    styles = MappingNetwork(TINY)(batch.latents[0], batch.targets)
    assert styles.shape == StyleEncoder(TINY)(batch.images, batch.domains).shape == (2, TINY.style)
    assert Generator(TINY)(batch.images, styles).shape == batch.images.shape
    assert Discriminator(TINY)(batch.images, batch.domains).shape == (2,)


def test_a_domain_and_a_style_make_a_difference():
    torch.manual_seed(0)
    batch, mapping, generator = Batch.random(TINY, 2, 0, "cpu"), MappingNetwork(TINY), Generator(TINY)
    first, second = (mapping(batch.latents[0], torch.full((2,), domain)) for domain in (0, 2))
    assert not torch.allclose(first, second)
    assert not torch.allclose(generator(batch.images, first), generator(batch.images, second))


@pytest.mark.parametrize("tuned", [False, True])
def test_an_iteration_teaches_every_network(tuned):
    training = StarganTraining(TINY, 2, tuned=tuned)
    names = ("generator", "mapping", "encoder", "discriminator")
    before = {name: weights(getattr(training, name)) for name in names}
    losses = training.iterate(training.batch)
    terms = ("discriminator", "r1", "adversarial", "style", "diversity", "cycle")
    assert set(losses) == {f"{guide}_{term}" for guide in ("latent", "reference") for term in terms}
    assert all(math.isfinite(value) for value in losses.values())
    for name in names:
        assert not torch.equal(before[name], weights(getattr(training, name)))
    moved = (weights(training.averages[0]) - before["generator"]).abs().max()
    assert 0 < moved < (weights(training.generator) - before["generator"]).abs().max()


@pytest.mark.parametrize("wanted", [30_000, 1_250_000])
def test_the_small_networks_have_as_many_parameters_as_asked(wanted):
    shape = matched(Shape(64), wanted)
    off = abs(parameters_to_match(shape) - wanted)
    assert off < 0.08 * wanted
    assert all(off <= abs(parameters_to_match(replace(shape, width=shape.width + d)) - wanted) for d in (-1, 1))


def test_stages_of_a_step_add_up_and_full_steps_are_taken(settings, tmp_path):
    ours = OurTraining(settings, tmp_path)
    assert ours.state.step == 4 and ours.images == 6
    before = weights(ours.state.generator)
    stages = ours.stages(1)
    assert not torch.equal(before, weights(ours.state.generator)) and ours.state.step == 6
    assert set(stages) == {"mean", "with_penalty", "without_penalty"}
    for taken in stages.values():
        assert set(taken) == {*STAGES, "step"}
        assert sum(taken[name] for name in STAGES) == pytest.approx(taken["step"])


def leave(contestant):
    raise SystemExit(3)


class Here:
    """Does what `Child` does in this process: three of them would take long to start."""

    def __init__(self, make, arguments, threads):
        self.contestant, self.before = make(*arguments), peak_memory()

    def ask(self, what, *arguments):
        return what(self.contestant, *arguments)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.mark.slow
def test_the_record_has_every_figure(settings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(training_speed, "our_settings", lambda size, profile: settings)
    monkeypatch.setattr(training_speed, "REFERENCE_WIDTH", 24)
    monkeypatch.setattr(training_speed, "BATCH", 2)
    monkeypatch.setattr(training_speed, "_STAGE_CYCLES", 1)
    monkeypatch.setattr(training_speed, "Child", Here)
    out = tmp_path / "training_speed.json"
    training_speed.main(["--size", "32", "--rounds", "2", "--seconds", "0", "--threads", "1", "--out", str(tmp_path)])
    record = json.loads(out.read_text(encoding="utf-8"))
    assert set(record) == {"what", "ran_on", "settings", "wanted_at_64_px_on_2_cores", "figures"}
    assert record["settings"]["reference"]["width"] == 24 and record["settings"]["ours"]["examples"] == 2
    figures, names = record["figures"], {"ours", "small", "reference"}
    for values in (*figures["images_per_second"].values(), *figures["ratio"].values()):
        assert len(values["rounds"]) == 2 and values["low"] <= values["mean"] <= values["high"]
    assert set(figures["ratio"]) == {"ours_to_reference", "ours_to_small"}
    for told in ("images_per_second", "peak_memory_mib", "parameters", "cores_used", "images_timed"):
        assert set(figures[told]) == names
    assert figures["images_timed"] == {"ours": 12, "small": 4, "reference": 4}
    assert all({"process", "before"} <= set(memory) for memory in figures["peak_memory_mib"].values())
    assert set(figures["rendering"]) == {"seconds_a_shard", "ms_a_step"}
    assert set(figures["stages_ms"]["mean"]) == {
        *STAGES,
        "step",
    }
    printed = capsys.readouterr().out
    assert "ours to reference" in printed and "generator_backward" in printed


@pytest.mark.slow
def test_a_training_in_a_process_of_its_own_is_timed_and_its_early_end_is_told(settings, tmp_path):
    with Child(OurTraining, (settings, tmp_path), 1) as child:
        assert child.ask(facts) == {"images": 6, "parameters": OurTraining(settings, tmp_path).parameters}
        turn = child.ask(timed, 0.0)
        assert turn["images"] == 6 and set(turn) == {"images", "seconds", "processor_seconds"}
        assert "process" in child.ask(peaks) and isinstance(child.before, float)
        with pytest.raises(RuntimeError, match="ended with code 3"):
            child.ask(leave)
