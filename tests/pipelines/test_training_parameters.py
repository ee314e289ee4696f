"""Training's parameters: what a profile says goes before what the loop says, and what is wrong is named."""

import pytest
import yaml

from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters
from influencer_style.project.folder import in_project
from influencer_style.training.transfer.pretraining import PretrainingSettings


@pytest.fixture
def shipped():
    return yaml.safe_load(in_project("conf/base/parameters_training.yml").read_text())["training"]


def test_the_start_and_the_profile_go_before_the_loop(shipped):
    def settings(**changes):
        return TrainingParameters(**(shipped | changes)).settings

    scratch = settings(profile="cpu", initial="scratch")
    assert scratch.steps == shipped["from_scratch"]["cpu"]["steps"] and scratch.seed == shipped["loop"]["seed"]
    assert scratch.stream.resolution == 64 and scratch.stream.sittings == shipped["loop"]["stream"]["sittings"]
    assert settings(profile="gpu", initial="scratch").stream.resolution == 256
    adapting = settings(profile="cpu")
    assert adapting.head_start and adapting.relativistic and adapting.weights.r2 and adapting.rate < scratch.rate


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "x"}, {"code_noise": "nan"}, {"unknown": 1}, {"stream": {"unknown": 1}}, {"colour": 2.0},
        {"weights": {"unknown": 1}},
    ],
)  # fmt: skip
def test_bad_parameters_are_refused_by_name(shipped, change):
    name = next(iter(change))
    with pytest.raises(ValueError, match="unknown" if isinstance(change[name], dict) else name):
        TrainingParameters(**(shipped | {"loop": shipped["loop"] | change}))


@pytest.mark.parametrize(
    ("name", "place", "check"),
    [
        ("training", "loop", TrainingParameters.model_validate),
        ("synthesis_training", "cpu", SynthesisParameters.model_validate),
        ("synthesis_pretraining", "gpu", SynthesisTrainingParameters.model_validate),
        ("pretraining", None, lambda content: PretrainingSettings(**content)),
    ],
)
def test_a_limit_of_time_from_an_earlier_release_is_refused_with_the_remedy(name, place, check):
    (content,) = yaml.safe_load(in_project(f"conf/base/parameters_{name}.yml").read_text()).values()
    check(content)
    (content[place] if place else content)["most_seconds"] = 300
    with pytest.raises(ValueError, match=r"most_seconds was removed: .* remove most_seconds, and set fewer steps"):
        check(content)


def test_a_profile_that_is_not_there_is_named(shipped):
    with pytest.raises(ValueError, match="from_base has no 'gpu'"):
        TrainingParameters(**(shipped | {"profile": "gpu", "from_base": {"cpu": shipped["from_base"]["cpu"]}}))
    with pytest.raises(ValueError, match="initial"):
        TrainingParameters(**(shipped | {"initial": "best"}))
