"""Mutated requests through what answers the served model's: an answer, or a refusal in a few words; never a failure."""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from over_http import over_http
from PIL import Image

from benchmarks.hostile_requests import bomb, encoded, picture_file

SECRET = "nobody-is-to-read-this-again"  # at the end of long values: a refusal may repeat the start of a name
_VALUES = (
    *(
        None,
        True,
        0,
        -1,
        0.5,
        1e308,
        -1e308,
        2**63,
        10**400,
        float("nan"),
        float("inf"),
        "",
        " ",
        "0.5",
        "warm",
        "cold",
    ),
    *([], {}, [[]], [None] * 9, {"a": 1}, "\0", "\ud800", "\u202e", "../../etc/passwd", "${HOME}", "<script>", "٣"),
    *("A" * 4000 + SECRET, "A" * 500 + "=", "data:image/png;base64,AAAA", [SECRET] * 10_000, {"x" * 40 + SECRET: 1}),
)


def mutated(good, count, seed):
    """Yield the bodies of requests: with another value somewhere, a part too much or too little, or bytes changed."""
    rng = random.Random(seed)
    for _ in range(count):
        made = {"inputs": [copy.deepcopy(good) for _ in range(rng.choice((1, 1, 2)))]}
        for _ in range(rng.choice((1, 1, 2))):
            table = rng.choice([made, *(item for item in made["inputs"] if isinstance(item, dict))])
            name = rng.choice([*table, "strange"])
            if rng.random() < 0.15:
                table.pop(name, None)
            else:
                table[name] = rng.choice(_VALUES)
            if not isinstance(made.get("inputs"), list):
                break
        body = json.dumps(made).encode()
        if rng.random() < 0.25:
            data = bytearray(body)
            for _ in range(rng.choice((1, 4, 30))):
                data[rng.randrange(len(data))] = rng.choice((0, 0x22, 0x2C, 0x5B, 0x7B, 0x5C, 0xFF, 0x39, 0x41))
            body = bytes(data[: rng.choice((len(data), len(data), rng.randrange(len(data))))])
        yield body


@pytest.mark.parametrize(
    ("count", "seed"), [pytest.param(120, 1), pytest.param(500, 2, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_mutated_requests_are_answered_or_refused_in_a_few_words(served, model_folder, count, seed):
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    good = {"image": encoded(picture_file(photo)), "look": "warm", "strength": 0.5}
    of_the_machine = {
        "Traceback",
        'File "',
        *map(str, (Path(__file__).parents[2], Path.home(), sys.prefix, model_folder)),
    }
    statuses = []
    for body in mutated(good, count, seed):
        status, told = over_http(served, body)
        statuses.append(status)
        assert status in (200, 400), told[:500]
        if status == 400:
            assert len(told) < 1000 and SECRET not in told and good["image"][:40] not in told
            assert not {word for word in of_the_machine if word in told}, told
            json.loads(told)
    assert statuses.count(400) > count / 2 and statuses.count(200)


def test_a_list_of_bombs_is_refused_before_one_is_decoded(served):
    """Sixteen pictures of 49 megapixels each: more than a request may have together."""
    inputs = [{"image": encoded(bomb(7_000, 7_000)), "look": "warm"}] * 16
    status, told = over_http(served, json.dumps({"inputs": inputs}).encode())
    assert status == 400
    assert "together" in json.loads(told)["message"] or "truncated" in json.loads(told)["message"]
