"""A request owns its options: Python, the command line, the parameters and HTTP take them from there."""

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from influencer_style import Stylist
from influencer_style.commands.generate import generate
from influencer_style.commands.stylize import stylize
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.pipelines.stylize.parameters import StylizeParameters
from influencer_style.project.folder import in_project
from influencer_style.serving.request import PortraitRequest, Request
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.portraits import PortraitOptions, Portraits
from influencer_style.stylist.restyling import Restyling, RestylingOptions

REQUESTS = {
    "stylize": (Restyling, RestylingOptions, stylize, StylizeParameters, {"look", "strength", "format"}),
    "generate": (Portraits, PortraitOptions, generate, GenerateParameters, {"look", "count", "seed"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_each_option_is_everywhere(name):
    request, keywords, command, parameters, apart = REQUESTS[name]
    options = request.model_fields.keys()
    assert keywords.__annotations__.keys() | apart == options, "what Python takes by name"
    assert options < {parameter.name for parameter in command.params}
    shipped = yaml.safe_load(in_project(f"conf/base/parameters_{name}.yml").read_text())[name]
    assert {field.alias or option for option, field in parameters.model_fields.items()} == shipped.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_each_option_says_which_values_it_takes(name):
    request, _, command, *_ = REQUESTS[name]
    helps = {parameter.name: getattr(parameter, "help", None) for parameter in command.params}
    for option, field in request.model_fields.items():
        assert field.description and field.description == helps[option]


def test_http_has_the_ranges_and_words_of_the_request():
    for kind, request, options in ((Request, Restyling, ["strength"]), (PortraitRequest, Portraits, ["seed"])):
        for option in options:
            ours, theirs = kind.model_fields[option], request.model_fields[option]
            assert (ours.description, ours.metadata) == (theirs.description, theirs.metadata)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"strength": 1.5}, "strength is 1.5; choose a number from 0"),
        ({"strength": "much"}, "strength is 'much'; choose a number from 0"),
        ({"seed": -1}, "seed is -1; choose a whole number from 0"),
        ({"seed": 1.5}, "seed is 1.5; choose a whole number from 0"),
        ({"faces": "both"}, "faces is 'both'; choose all, largest, or face numbers"),
        ({"faces": []}, r"faces is \[\]; choose all, largest, or face numbers"),
        ({"regions": {"nose": 1}}, "there is no region 'nose'; choose from: skin, lips"),
        ({"regions": {"hair": 2}}, "region hair has the weight 2.0; choose 0"),
        ({"look": {"warm": -1}}, "shares of 0 or more that are not all 0"),
        ({"look": None}, "name either a look, or a reference photo"),
        ({"reference": "x.jpg"}, "name either a look, or a reference photo"),
    ],
)
def test_wrong_options_are_refused_before_any_model_is_used(options, words):
    without_model = object.__new__(Stylist)
    with pytest.raises(StylistError, match=words):
        without_model.apply("me.jpg", **{"look": "warm"} | options)
    with pytest.raises(StylistError, match=words):
        without_model.apply_many(["me.jpg"], **{"look": "warm"} | options)


def test_an_option_that_does_not_exist_is_a_type_error():
    with pytest.raises(TypeError, match="there is no option 'brightness'; choose from: look, reference, strength"):
        object.__new__(Stylist).apply("me.jpg", "warm", brightness=2)


def test_numbers_of_numpy_are_numbers():
    request = Restyling.checked(look="warm", strength=np.float32(0.5), seed=np.int64(3), faces=[2, 0])
    assert (request.strength, request.seed, request.faces) == (0.5, 3, (2, 0))


def test_the_parameters_name_what_is_wrong():
    shipped = yaml.safe_load(in_project("conf/base/parameters_stylize.yml").read_text())["stylize"]
    for option, value in (("strength", 2), ("regions", {"nose": 1}), ("faces", [-1]), ("format", "gif")):
        with pytest.raises(ValidationError, match=option):
            StylizeParameters(**shipped | {option: value})
