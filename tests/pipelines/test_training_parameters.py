"""Training's parameters: what a profile says goes before what the loop says, and what is wrong is named."""

import pytest
import yaml

from influencer_style.pipelines.project import in_project
from influencer_style.pipelines.training.parameters import TrainingParameters


@pytest.fixture
def shipped():
    return yaml.safe_load(in_project("conf/base/parameters_training.yml").read_text())["training"]


def test_the_profile_goes_before_the_loop(shipped):
    settings = TrainingParameters(**(shipped | {"profile": "cpu"})).settings
    assert settings.steps == shipped["profiles"]["cpu"]["steps"] and settings.rate == shipped["loop"]["rate"]
    assert settings.stream.resolution == 64 and settings.stream.sittings == shipped["loop"]["stream"]["sittings"]
    large = TrainingParameters(**(shipped | {"profile": "gpu"})).settings
    assert large.stream.resolution == 128 and large.channels == 48


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "x"}, {"rate": "nan"}, {"unknown": 1}, {"stream": {"unknown": 1}}, {"ema": 1.0},
        {"weights": {"unknown": 1}},
    ],
)  # fmt: skip
def test_bad_parameters_are_refused_by_name(shipped, change):
    name = next(iter(change))
    with pytest.raises(ValueError, match="unknown" if isinstance(change[name], dict) else name):
        TrainingParameters(**(shipped | {"loop": shipped["loop"] | change}))


def test_a_profile_that_is_not_there_is_named(shipped):
    with pytest.raises(ValueError, match="profiles has no 'gpu'"):
        TrainingParameters(**(shipped | {"profile": "gpu", "profiles": {"cpu": shipped["profiles"]["cpu"]}}))
    with pytest.raises(ValueError, match="initial"):
        TrainingParameters(**(shipped | {"initial": "best"}))
