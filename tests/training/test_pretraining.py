"""The base's training: the stream is the same whenever it is made, and a killed run ends with the very same weights."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.examples.paired import Sampling, draw_photos
from influencer_style.examples.shard import Shard, StreamSettings, kept_shard, make_shard
from influencer_style.examples.stream import Pace, StudioStream
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.base import BaseError, TransferBase
from influencer_style.training.settings import LossWeights
from influencer_style.training.transfer.map_teaching import MapSettings
from influencer_style.training.transfer.palette_fitting import PaletteSettings
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain

TINY = StreamSettings(resolution=32, sittings=2, targets=1, looks=1, references=2, grades=2, graded=2, photos=1)
SETTINGS = PretrainingSettings(
    steps=6, examples=2, channels=8, stream=replace(TINY, resolution=64), shard_every=3, window=3, validate_every=3,
    checkpoint_seconds=1e-9, threads=0, palette=PaletteSettings(steps=20, rows=8),
)  # fmt: skip


@pytest.fixture(scope="module")
def shards(encoder):
    return [make_shard(TINY, number, encoder) for number in range(2)]


def test_a_shard_is_the_same_whenever_it_is_made_and_survives_its_file(shards, encoder, tmp_path):
    shards[1].save(tmp_path / "shard.npz")
    for other in (make_shard(TINY, 1, encoder), Shard.load(tmp_path / "shard.npz")):
        for name, value in vars(shards[1]).items():
            assert torch.equal(torch.as_tensor(value), torch.as_tensor(getattr(other, name))), name
    assert not torch.equal(torch.as_tensor(shards[0].neutral), torch.as_tensor(shards[1].neutral))


def test_examples_line_up(shards, encoder):
    def drawn(colour, seed=3):
        rng = torch.Generator().manual_seed(seed)
        return draw_photos(shards, encoder.groups, Sampling(6, colour), 8, rng)

    for colour in (0.0, 1.0):
        examples = drawn(colour)
        assert examples.inputs.shape == examples.truth.shape == (6, 3, 32, 32)
        assert examples.codes.shape[0] == 6 and examples.codes.isfinite().all()
        assert torch.allclose(examples.weights.mean((1, 2, 3)), torch.ones(6), atol=1e-4)
        assert torch.equal(examples.truth, drawn(colour).truth) and not torch.equal(
            examples.truth, drawn(colour, 4).truth
        )


def test_the_stream_hands_out_what_belongs_to_the_step_and_drops_the_oldest(shards, encoder, tmp_path):
    with StudioStream(TINY, tmp_path, encoder, Pace(2, first=2, window=2)) as stream:
        early, late = stream.at(1), stream.at(4)
    assert torch.equal(torch.as_tensor(early[1].neutral), torch.as_tensor(shards[1].neutral))
    assert len(early) == len(late) == 2 and not (tmp_path / "shards/shard-0000000.npz").exists()
    with pytest.raises(ValueError, match="first"):
        Pace(2, first=1)


def test_a_shard_is_made_once_and_again_where_its_file_is_damaged(shards, encoder, tmp_path):
    kept_shard(TINY, 0, tmp_path, encoder)
    (file,) = tmp_path.glob("shards/*.npz")
    made = file.stat().st_mtime_ns
    kept_shard(TINY, 0, tmp_path, encoder)
    assert file.stat().st_mtime_ns == made
    file.write_bytes(file.read_bytes()[:1000])
    again = kept_shard(TINY, 0, tmp_path, encoder)
    assert torch.equal(torch.as_tensor(again.styled), torch.as_tensor(shards[0].styled))
    assert torch.equal(Shard.load(file).moments, shards[0].moments)


class Killed(Exception):
    pass


@pytest.mark.slow
def test_a_killed_run_ends_with_the_very_same_weights(tmp_path):
    seen = []
    whole = pretrain(SETTINGS, tmp_path / "whole", show=lambda step, generator, examples: seen.append(step))
    assert seen == [3, 6] and {"validation_looks", "validation_colour", "total"} <= set(whole.history[-1])
    assert set(whole.facts["validation"]) == {"nothing", "likely_grade"}
    assert whole.facts["with_palette"] != whole.history[-1] and whole.generator.config.palette > 0

    def kill(step, generator, examples):
        raise Killed

    with pytest.raises(Killed):
        pretrain(SETTINGS, tmp_path / "killed", show=kill)
    resumed = pretrain(SETTINGS, tmp_path / "killed")
    assert resumed.sha256 == whole.sha256

    (tmp_path / "base").mkdir()
    whole.save(tmp_path / "base")
    loaded = TransferBase.load(tmp_path / "base")
    assert loaded.sha256 == whole.sha256 and loaded.encoder_sha256 == load_encoder().sha256
    assert loaded.history == whole.history and loaded.facts["steps"] == 6
    with pytest.raises(BaseError, match="kedro run --pipeline pretraining"):
        TransferBase.load(tmp_path)


@pytest.mark.slow
def test_the_colour_map_learns_from_people_of_whom_nothing_but_the_folders_name_is_kept(tmp_path):
    taught = replace(
        SETTINGS, steps=2, validate_every=2, photographs=("/somewhere/people",), photographs_note="ours",
        colour_map=MapSettings(20, 3, batch=8, rate=1e-3),
    )  # fmt: skip
    base = pretrain(taught, tmp_path / "people", people=smooth_pictures(14, 64))
    shipped = TransferBase.load().generator.colour_map.state_dict()
    own = base.generator.colour_map.state_dict()
    assert not torch.equal(own["body.0.weight"], shipped["body.0.weight"])
    assert base.facts["photographs"] == ["people"] and base.facts["photographs_note"] == "ours"
    assert base.facts["colour_map_from"] == "14 photos" and 0 < base.facts["colour_map_error"] < 2
    assert not (tmp_path / "people/questions").exists()
    nobody = pretrain(replace(taught, photographs=()), tmp_path / "nobody")
    assert torch.equal(nobody.generator.colour_map.body[0].weight, shipped["body.0.weight"])
    assert "the base that comes with the project" in nobody.facts["colour_map_from"]


@pytest.mark.slow
def test_without_an_adversary_it_learns_from_the_truth_alone(tmp_path):
    base = pretrain(replace(SETTINGS, weights=LossWeights(adversarial=0.0), steps=2, validate_every=2), tmp_path)
    assert "adversarial" not in base.history[-1] and "reconstruction" in base.history[-1]


def test_a_machine_with_torch_and_pydantic_alone_can_run_it():
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('tqdm', 'pandas', 'kedro', 'mlflow', 'skimage', 'torchvision', "
        "'scipy', 'sklearn', 'cv2', 'matplotlib', 'omegaconf')))\n"  # importing one of these fails
        "import influencer_style.training.transfer.pretraining, influencer_style.networks.base\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_codes_end_with_their_transports(shards, encoder):
    examples = draw_photos(
        shards, encoder.groups, Sampling(2, 0.5, code_noise=0.5), 8, torch.Generator().manual_seed(0)
    )
    calm = draw_photos(shards, encoder.groups, Sampling(2, 0.5), 8, torch.Generator().manual_seed(0))
    noisy, exact = StyleCode(examples.codes), StyleCode(calm.codes)
    assert torch.equal(noisy.transports, exact.transports)
    assert not torch.equal(noisy.description, exact.description)
