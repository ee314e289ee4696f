"""The registered model behind MLflow's own server: a real process, good requests, and a storm of hostile ones."""

from __future__ import annotations

import base64
import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.hostile_requests import encoded, hostile_requests, picture_file
from benchmarks.model_server import ModelServer
from benchmarks.serving import as_served, bare, pixels

STORM = 100
OURS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(store, tmp_path_factory):
    with ModelServer(store, tmp_path_factory.mktemp("server")) as server:
        yield server


def shown(predictions):
    """The pixels: each file is signed, and no two signatures are the same."""
    return np.stack([pixels(prediction["image"]) for prediction in predictions])


def test_the_server_survives_a_storm_of_hostile_requests(server, model_folder):
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 96, 3), np.uint8))
    good = {"image": encoded(picture_file(photo)), "look": "warm"}
    before = shown(server.predict(good, good | {"strength": 0}))
    assert not np.array_equal(before[0], before[1])

    def ask(request):
        return request.kind, *server.send(request)

    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(ask, hostile_requests("warm", STORM)))
    assert len(answers) == STORM
    of_the_machine = {
        "Traceback",
        'File "',
        *map(str, (OURS, Path.home(), sys.prefix, server.log.parent, model_folder)),
    }
    for kind, status, body in answers:
        text = body.decode()
        assert 400 <= status < 500, (kind, text)
        assert len(text) < 1000, kind
        assert not {word for word in of_the_machine if word in text}, (kind, text)
        told = json.loads(text)
        # The last part says what to do.
        verb = told["message"].rpartition("; ")[2].split()[0]
        assert verb in {"choose", "send", "export", "make", "use", "copy", "remove", "set"}, (kind, told["message"])
    assert np.array_equal(shown(server.predict(good, good | {"strength": 0})), before)
    assert "Traceback" not in server.log.read_text()


def test_hostile_requests_come_from_chance_with_a_seed():
    requests = list(hostile_requests("warm", 90, seed=1))
    assert requests == list(hostile_requests("warm", 90, seed=1)) != list(hostile_requests("warm", 90, seed=2))
    assert len({request.kind for request in requests}) > 40


def test_the_benchmark_does_what_the_server_does_and_knows_its_parts(server, model_folder):
    photo = picture_file(Image.fromarray(np.random.default_rng(1).integers(0, 255, (80, 96, 3), np.uint8)))
    (prediction,) = server.predict({"image": encoded(photo), "look": "warm"})
    picture, parts = bare(as_served(model_folder), photo, "warm")
    ours, theirs = (np.asarray(Image.open(io.BytesIO(base64.b64decode(p)))) for p in (picture, prediction["image"]))
    assert np.abs(ours.astype(int) - theirs).max() <= 1  # sums of another number of threads
    assert set(parts) == {"decoding", "face_detector", "crop", "network", "lift", "png_signature_and_base64"}
