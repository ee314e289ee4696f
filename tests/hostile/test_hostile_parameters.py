"""Mutated parameters through the check that Kedro makes before anything runs: refused by name, or sound."""

import copy
import json
import random
from datetime import date

import pytest
from kedro.config import OmegaConfigLoader
from kedro.validation import ParameterValidationError, ParameterValidator
from omegaconf.errors import OmegaConfBaseException

from influencer_style.pipeline_registry import register_pipelines
from influencer_style.project.folder import in_project
from influencer_style.settings import CONFIG_LOADER_ARGS
from influencer_style.storage.fingerprint import fingerprint

_NO_NUMBERS = (
    float("nan"),
    float("inf"),
    -float("inf"),
    "nan",
    "inf",
    "1e400",
    None,
    True,
    False,
    b"\xff",
    date(9999, 12, 31),
)
_FAR_OUT = (-1, -0.5, 0, 1e308, -1e308, 1e-320, 2**63, 2**64, 10**400, 10**5000, "-1")
_WORDS = ("", " ", "x", "x" * 10**5, "\0", "\x1b[2J", "../../..", "~nobody/x", "${x}", "٣")
_OTHER_SHAPES = (
    False,
    b"\xff",
    date(9999, 12, 31),
    [],
    [1],
    [[]],
    {},
    {"strange": 1},
    {"strange": {"x": []}},
    {"": None},
    {1: 2},
)
ABSURD = (*_NO_NUMBERS, *_FAR_OUT, *_WORDS, *_OTHER_SHAPES)


@pytest.fixture(scope="module")
def validator():
    return ParameterValidator(register_pipelines())


def parameters(env="base", **given):
    return OmegaConfigLoader(str(in_project("conf")), env=env, runtime_params=given, **CONFIG_LOADER_ARGS)["parameters"]


def places(table, path=()):
    """Yield the path of every value in nested tables, tables too."""
    for name, value in table.items():
        yield (*path, name)
        if isinstance(value, dict):
            yield from places(value, (*path, name))


def mutated(sound, count, seed):
    """Yield parameters with one value, or three, made absurd, missing or too much; and names, one of them to blame."""
    rng = random.Random(seed)
    every = sorted(places(sound))  # whatever order the files were read in
    for _ in range(count):
        made, names = copy.deepcopy(sound), set()
        for *tables, name in rng.sample(every, rng.choice((1, 1, 1, 3))):
            table = made
            for step in tables:
                table = table.get(step) if isinstance(table, dict) else None
            if not isinstance(table, dict):  # another of the three made it something else
                continue
            names |= {name, *tables[-1:], "strange"}
            if (way := rng.random()) < 0.8:
                table[name] = rng.choice(ABSURD)
            elif way < 0.9:
                table.pop(name, None)
            else:
                table["strange"] = 1
        yield made, names


def finite(value):
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(
    ("count", "seed"), [pytest.param(150, 1), pytest.param(500, 2, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_mutated_parameters_are_refused_by_name_before_anything_runs(validator, count, seed):
    sound = parameters()
    refused = taken = 0
    for made, names in mutated(sound, count, seed):
        try:
            models = validator.validate_raw_params(made)
        except ParameterValidationError as error:
            told = str(error)
            assert any(name in told for name in names), (names, told)
            assert len(told) < 20_000 and "Traceback" not in told
            refused += 1
            continue
        taken += 1
        for model in models.values():
            if hasattr(model, "model_dump"):
                finite(model.model_dump(mode="json"))
                fingerprint(model)
    assert refused > count / 2 and taken > count / 30, (refused, taken)


def test_what_is_shipped_is_sound(validator):
    for env in ("base", "test"):
        validator.validate_raw_params(parameters(env))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.loop.stream", 5),
        ("training.from_base.cpu.weights", None),
        ("training.loop.seed", 2**32),
        ("training.loop.workers", 10**6),
        ("training.from_scratch.gpu.stream.resolution", 96),
        ("training.from_scratch.cpu.stream.seed", -1),
        ("pretraining.palette.rate", float("nan")),
        ("pretraining.stream.sittings", 0),
        ("promotion.with_truth.guarded.ssim", float("nan")),
        ("promotion.without_truth.each_look", float("inf")),
        ("promotion.with_truth.guarded.ssim", -1),
        ("evaluation.seed", 2**32),
        ("ingestion.split_seed", 10**400),
        ("stylize.strength", float("nan")),
        ("stylize.regions.hair", float("nan")),
        ("stylize.look.noir", float("inf")),
        ("stylize.faces", [-1]),
        ("stylize.seed", -1),
    ],
)
def test_what_once_got_through_to_a_run_is_refused_by_name(validator, path, value):
    made = parameters()
    *tables, name = path.split(".")
    table = made
    for step in tables:
        if not isinstance(table.get(step), dict):
            table[step] = {}
        table = table[step]
    table[name] = value
    with pytest.raises(ParameterValidationError, match=name):
        validator.validate_raw_params(made)


@pytest.mark.parametrize("text", ["${oc.env:HOME}", "${oc.env:HOME,x}", "${nobody}", "${"])
def test_a_parameter_reads_no_variable_of_the_environment(text):
    with pytest.raises(OmegaConfBaseException):
        parameters(ingestion={"folder": text})


def test_a_home_that_nobody_has_is_a_folder_like_any_other(tmp_path):
    assert not in_project("~nobody-at-all/photos").is_dir()
