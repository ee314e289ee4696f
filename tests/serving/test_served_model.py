"""The registered model answers requests, and refuses bad ones in words."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import mlflow
import numpy as np
import pytest
from mlflow.exceptions import MlflowException
from PIL import Image

from influencer_style.serving.served_model import Request, ServedModel
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry import SERVED_MODEL, register_generator
from influencer_style.tracking.store import Store


def encoded(photo: Image.Image) -> str:
    buffer = io.BytesIO()
    photo.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def decoded(prediction: dict) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(prediction["image"]))))


PHOTO = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 96, 3), np.uint8))


@pytest.fixture(scope="module")
def served(model_folder):
    model = ServedModel()
    model.load_context(SimpleNamespace(artifacts={"model": str(model_folder)}))
    return model


def test_a_photo_comes_back_restyled_with_its_provenance(served):
    whole, nothing = served.predict(
        [Request(image=encoded(PHOTO), look="warm"), Request(image=encoded(PHOTO), look="warm", strength=0)]
    )
    assert decoded(whole).shape == (80, 96, 3)
    assert not np.array_equal(decoded(whole), np.asarray(PHOTO))
    assert np.array_equal(decoded(nothing), np.asarray(PHOTO))
    assert whole["provenance"]["looks"] == {"warm": 1.0}
    assert whole["provenance"]["strength"] == 1.0
    json.dumps(whole)


def test_the_provenance_says_nothing_of_the_machine(served, model_folder):
    (answer,) = served.predict([Request(image=encoded(PHOTO), look="warm")])
    assert str(model_folder) not in json.dumps(answer["provenance"])


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"image": encoded(PHOTO), "look": "noir"}, r"inputs\[1\]: .*'noir'.*cold, warm"),
        ({"image": encoded(PHOTO), "look": "cold"}, r"inputs\[1\]: .*expired"),
        ({"image": encoded(PHOTO), "look": "warm", "strength": 1.5}, r"inputs\[1\]: strength is 1\.5"),
        ({"image": "not base64!", "look": "warm"}, r"inputs\[1\]: image is not base64"),
        ({"image": base64.b64encode(b"a text").decode(), "look": "warm"}, r"inputs\[1\]: image is not a JPEG"),
        ({"image": encoded(PHOTO)[:400], "look": "warm"}, r"inputs\[1\]: image "),
        ({"image": "", "look": "warm"}, r"inputs\[1\]: image has no bytes"),
    ],
    ids=["look", "consent", "strength", "base64", "text", "cut", "empty"],
)
def test_a_bad_request_is_refused_in_words(served, request_, reason):
    good = Request(image=encoded(PHOTO), look="warm")
    with pytest.raises(MlflowException, match=reason) as refused:
        served.predict([good, Request(**request_)])
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(("name", "sets"), [("influencer_style.serving.again", False), ("code_model_1", True)])
def test_only_mlflow_makes_a_model_of_the_file(name, sets, monkeypatch):
    monkeypatch.setattr(mlflow.models.model, "__mlflow_model__", None)
    spec = importlib.util.spec_from_file_location(name, SERVED_MODEL)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert (mlflow.models.model.__mlflow_model__ is not None) == sets


@pytest.fixture(scope="module")
def registered(model_folder, tmp_path_factory):
    """The store and the URI of the model, registered as a node would."""
    folder = tmp_path_factory.mktemp("registry")
    store = Store(f"sqlite:///{folder}/mlflow.db")
    experiment = store.experiment_id("serving")
    run = NodeRun(store, store.client.create_run(experiment).info.run_id, experiment, "train", [], folder)
    current.enter(run)
    register_generator(model_folder, "look-transfer", {"fingerprint": "f"}, "# card")
    run.close("FINISHED")
    yield store, "models:/look-transfer@champion"
    mlflow.set_tracking_uri(None)


def test_the_registered_model_loads_and_answers(registered):
    _, uri = registered
    model = mlflow.pyfunc.load_model(uri)
    (answer,) = model.predict([{"image": encoded(PHOTO), "look": "warm", "strength": 0.0}])
    assert np.array_equal(decoded(answer), np.asarray(PHOTO))
    assert {column["type"] for column in model.metadata.signature.inputs.to_dict()} == {"object"}
    (example,) = model.input_example
    assert example["look"] == "warm"
    with pytest.raises(MlflowException, match="strength"):
        model.predict([{"image": encoded(PHOTO), "look": "warm", "strength": "much"}])


def post(port: int, body: dict) -> tuple[int, dict]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.slow
def test_the_model_is_served_over_http(registered, tmp_path):
    store, uri = registered
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", uri, "-p", str(port), "--env-manager", "local"]
    with (tmp_path / "log").open("w") as log:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow starts `uvicorn` from there
        environment = os.environ | {"MLFLOW_TRACKING_URI": store.uri, "PATH": path}
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline and server.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.3)
        good = {"image": encoded(PHOTO), "look": "warm", "strength": 0.0}
        status, answer = post(port, {"inputs": [good]})
        assert status == 200
        assert np.array_equal(decoded(answer["predictions"][0]), np.asarray(PHOTO))
        for wrong, reason in (({"look": "noir"}, "there is no look"), ({"strength": "much"}, "strength")):
            status, answer = post(port, {"inputs": [good | wrong]})
            assert status == 400
            assert reason in json.dumps(answer)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
