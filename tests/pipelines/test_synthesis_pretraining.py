"""The base of synthesis is taught by one node; its parameters are settings, of the machine that is asked for."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from influencer_style.pipelines.synthesis_pretraining.pipeline import teach_synthesis_base
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture
def parameters():
    text = (CONF / "base/parameters_synthesis_pretraining.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["synthesis_pretraining"]


def test_a_profile_goes_before_what_all_machines_share(parameters):
    cpu, gpu = (SynthesisTrainingParameters(**parameters | {"profile": profile}).settings for profile in ("cpu", "gpu"))
    assert (cpu.stream.resolution, gpu.stream.resolution) == (64, 128) and cpu.seed == gpu.seed
    assert cpu.stream.known and gpu.stream.known and cpu.weights.r2 == gpu.weights.r2 == 1.0
    assert SynthesisTrainingParameters(**parameters | {"profile": "cpu"}).device == "cpu"


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"setps": 3}, {"weights": {"adversarial": -1.0}}, {"colour": 0.9}])
def test_what_is_no_setting_is_refused_for_either_machine(parameters, wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        SynthesisTrainingParameters(**parameters | {"gpu": parameters["gpu"] | wrong})


def test_a_base_is_taught_and_its_shards_are_forgotten(parameters, tmp_path):
    tiny = yaml.safe_load((CONF / "test/parameters.yml").read_text(encoding="utf-8"))["synthesis_pretraining"]
    merged = parameters | tiny
    merged["loop"] = parameters["loop"] | tiny["loop"]
    merged["cpu"] = parameters["cpu"] | tiny["cpu"]
    base, history, curves, samples = teach_synthesis_base(SynthesisTrainingParameters(**merged), tmp_path)
    assert list(history["step"]) == [2, 4] and base.generator.config.resolution == 32 and base.facts["steps"] == 4
    assert history["adversarial"].isna().tolist() == [True, False]
    assert curves.width > 300 and samples.height > 100
    (folder,) = tmp_path.iterdir()
    assert (folder / "checkpoint.pt").exists() and not (folder / "shards").exists()
