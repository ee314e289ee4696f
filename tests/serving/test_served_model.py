"""The registered model answers requests, and refuses bad ones in words."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import io
import json
import sys
from types import ModuleType

import mlflow
import numpy as np
import pytest
from mlflow.exceptions import MlflowException
from over_http import GOOD, PHOTO, over_http
from PIL import Image

from benchmarks.hostile_requests import bomb, encoded, endless, picture_file
from influencer_style.provenance.record import read_record
from influencer_style.provenance.verify import verify
from influencer_style.serving.request import MAX_BODY, MAX_INPUTS, MAX_PIXELS
from influencer_style.serving.scoring_server import registered_version, take_over
from influencer_style.serving.work_queue import OverloadedError
from influencer_style.tracking.registry.served import SERVED

JSON = "application/json"


def decoded(prediction: dict) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(prediction["image"]))) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


def test_a_photo_comes_back_restyled_with_its_provenance(served):
    whole, nothing = served.predict([{k: GOOD[k] for k in ("image", "look")}, GOOD | {"strength": 0}])
    assert decoded(whole).shape == (80, 96, 3)
    assert not np.array_equal(decoded(whole), np.asarray(PHOTO))
    assert np.array_equal(decoded(nothing), np.asarray(PHOTO))
    assert whole["provenance"]["looks"] == {"warm": 1.0}
    assert whole["provenance"]["strength"] == 1.0
    json.dumps(whole)


def test_the_provenance_says_nothing_of_the_machine(served, model_folder):
    (prediction,) = served.predict([GOOD])
    assert prediction["provenance"]["model"] == "look-transfer"
    assert prediction["provenance"]["model_version"] == "look-transfer version 1"
    assert str(model_folder) not in json.dumps(prediction["provenance"])


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"exif": b"Exif\0\0MM\0*\xff\xff\xff\xff"}),
        ("PNG", "P", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "I;16", {}),
        ("PNG", "RGB", {"save_all": True, "append_images": [PHOTO]}),
        ("WEBP", "RGB", {"save_all": True, "append_images": [PHOTO.rotate(180)]}),
    ],
)
def test_unusual_photos_are_photos(served, kind, mode, options):
    photo = PHOTO.convert("L").convert(mode) if mode == "I;16" else PHOTO.convert(mode)
    (prediction,) = served.predict([GOOD | {"image": encoded(picture_file(photo, kind, **options))}])
    assert decoded(prediction).shape == (80, 96, 4 if mode == "RGBA" else 3)


def test_a_turned_photo_comes_back_upright(served):
    exif = Image.Exif()
    exif[0x0112] = 6
    (prediction,) = served.predict([GOOD | {"image": encoded(picture_file(PHOTO, "JPEG", exif=exif))}])
    assert decoded(prediction).shape == (96, 80, 3)


WRONG = {
    "look": ({"look": "noir"}, "there is no look 'noir'; choose one of: cold, warm"),
    "long look": ({"look": "x" * 10**6}, "there is no look 'xxxxxxxxxxxx...xxxxxxxxxxxxx'; choose one of: cold, warm"),
    "look in control characters": ({"look": "\0\x1b"}, r"there is no look '\x00\x1b'; choose one of: cold, warm"),
    "consent": ({"look": "cold"}, "the consent for look 'cold' expired on 2020-01-01; ask who granted it to renew it"),
    "look of another type": ({"look": {"warm": 1}}, "look is of the wrong type; send the name of a look"),
    "strength": (
        {"strength": 1.5},
        "strength is 1.5; choose a number from 0 (the photo as it is) to 1 (the whole look)",
    ),
    "nan": (
        {"strength": float("nan")},
        "strength is nan; choose a number from 0 (the photo as it is) to 1 (the whole look)",
    ),
    **{
        f"strength {strength!r:.9}": (
            {"strength": strength},
            "strength is of the wrong type; send a number from 0 (the photo as it is) to 1 (the whole look)",
        )
        for strength in ("0.5", None, True, [], 10**400)
    },
    "no base64": ({"image": "{}!"}, "image is not base64; send the file in base64, without prefix and line breaks"),
    "no ASCII": ({"image": "é"}, "image is not base64; send the file in base64, without prefix and line breaks"),
    "no text": (
        {"image": None},
        "image is of the wrong type; send a JPEG, PNG, WebP, AVIF, HEIC or TIFF file in base64",
    ),
    "text": (
        {"image": encoded(b"a")},
        "image is not a JPEG, PNG, WebP, AVIF, HEIC or TIFF picture; remove it or export it as one",
    ),
    "GIF": (
        {"image": encoded(picture_file(PHOTO, "GIF"))},
        "image is GIF; export it as JPEG, PNG, WebP, AVIF, HEIC or TIFF",
    ),
    "empty": ({"image": ""}, "image has no bytes; copy it again from its original"),
    "cut": ({"image": GOOD["image"][:400]}, "image cannot be decoded (image file is truncated); export it again fr"),
    "bomb": ({"image": encoded(bomb(50_000, 50_000))}, "image has far more pixels than the 50 megapixels allowed; mak"),
    "small bomb": ({"image": encoded(bomb(8_000, 8_000))}, "image has 8000 x 8000 pixels, more than 50 megapixels; m"),
    "scans": ({"image": encoded(endless(200))}, "image has more than 100 scans; export it again from its original"),
    "tiny": ({"image": encoded(picture_file(PHOTO.resize((1, 1))))}, "image has 1 x 1 pixels, less than 64 a side; u"),
    "more": ({"strenght": 1}, "'strenght' is not known; send image, look, strength, format and quality alone"),
    "format": ({"format": "gif"}, "format is 'gif'; choose png, jpeg, webp or avif"),
    "long format": (
        {"format": "x" * 10**5},
        "format is 'xxxxxxxxxxxx...xxxxxxxxxxxxx'; choose png, jpeg, webp or avif",
    ),
    "format of another type": ({"format": 1}, "format is of the wrong type; send png, jpeg, webp or avif"),
    "quality": ({"format": "jpeg", "quality": 101}, "quality is 101; choose a whole number from 1 to 100"),
    "no quality": ({"format": "webp", "quality": 0}, "quality is 0; choose a whole number from 1 to 100"),
    "much quality": ({"format": "webp", "quality": 10**30}, "quality is 1000000000000000000000000000000; choose a"),
    "quality of a PNG": ({"quality": 90}, "quality is for jpeg, webp and avif; a png keeps every pixel; choose one"),
    "quality in words": ({"format": "jpeg", "quality": "90"}, "quality is of the wrong type; send a whole number fr"),
    "true quality": ({"format": "jpeg", "quality": True}, "quality is of the wrong type; send a whole number from"),
    "wide WebP": ({"format": "webp", "image": encoded(bomb(20_000, 100))}, "a webp file has room for 16383 px a side"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_input_is_refused_in_words_that_say_which_and_what_to_do(served, name):
    wrong, reason = WRONG[name]
    with pytest.raises(MlflowException) as refused:
        served.predict([GOOD, GOOD | wrong])
    assert refused.value.message.startswith(f"inputs[1]: {reason}")
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ([], '"inputs" is not a list of at least one photo; send {"inputs"'),
        (GOOD, '"inputs" is not a list of at least one photo; send {"inputs"'),
        (["x"], "inputs[0]: is not an object; send image, look, strength, format and quality alone"),
        ([{"image": GOOD["image"]}], "inputs[0]: look is missing; send the name of a look"),
        ([GOOD] * (MAX_INPUTS + 1), f'"inputs" has 17 photos; send at most {MAX_INPUTS} at once'),
        (
            [GOOD | {"image": encoded(bomb(4000, 4000))}] * 4,  # a header is all that is looked at
            f"the images have more than {MAX_PIXELS / 1e6:.0f} megapixels together; send fewer at once or smaller ones",
        ),
    ],
    ids=["none", "one alone", "no object", "look missing", "too many", "too many pixels"],
)
def test_bad_inputs_are_refused_as_a_whole(served, inputs, reason):
    with pytest.raises(MlflowException) as refused:
        served.predict(inputs)
    assert refused.value.message.startswith(reason)


def test_the_schema_tells_the_typed_request_and_the_example_works(served):
    (column,) = served.metadata.signature.inputs.to_dict()
    assert {name: told["type"] for name, told in column["properties"].items()} == {
        "image": "string",
        "look": "string",
        "strength": "double",
        "format": "string",
        "quality": "long",
    }
    (example,) = served.input_example
    assert example["look"] == "warm"
    (prediction,) = served.predict(served.input_example)
    assert decoded(prediction).shape == (64, 64, 3)


def test_a_request_is_answered_as_the_server_answers_it(served):
    body = json.dumps({"inputs": [GOOD | {"strength": 0}], "params": None}).encode()
    status, told = over_http(served, body, "application/json; charset=utf-8")
    assert status == 200
    assert np.array_equal(decoded(json.loads(told)["predictions"][0]), np.asarray(PHOTO))


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"format": "png"}, "PNG"),
        ({"format": "jpeg"}, "JPEG"),
        ({"format": "webp"}, "WEBP"),
        ({"format": "avif"}, "AVIF"),
        ({"format": "jpeg", "quality": 30}, "JPEG"),
        ({"format": "webp", "quality": 30}, "WEBP"),
    ],
)
def test_the_picture_comes_in_the_format_that_is_wanted_and_signed(served, tmp_path, wanted, kind):
    (prediction,) = served.predict([GOOD | wanted])
    file = base64.b64decode(prediction["image"])
    with Image.open(io.BytesIO(file)) as picture:
        assert picture.format == kind and picture.size == PHOTO.size
    path = tmp_path / f"picture.{wanted['format']}"
    path.write_bytes(file)
    assert read_record(path)["looks"] == {"warm": 1.0}
    assert verify(path).state == "proven"


def test_the_quality_is_that_of_the_file(served):
    sizes = {
        (kind, quality): len(served.predict([GOOD | {"format": kind, "quality": quality}])[0]["image"])
        for kind in ("jpeg", "webp")
        for quality in (10, None, 100)
    }
    for kind in ("jpeg", "webp"):
        assert sizes[kind, 10] < sizes[kind, None] < sizes[kind, 100]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b"", JSON, 400, 'the request is not JSON; send {"inputs"'),
        (b'{"inputs": [', JSON, 400, 'the request is not JSON; send {"inputs"'),
        (b'{"inputs": "\xff"}', JSON, 400, 'the request is not JSON; send {"inputs"'),
        (b'{"inputs": ' + b"9" * 5000 + b"}", JSON, 400, 'the request is not JSON; send {"inputs"'),
        (b"[" * 10**5, JSON, 400, "the request has far more parts than 16 photos do; send at most 16 at once"),
        (b"{},", JSON, 400, 'the request is not JSON; send {"inputs"'),
        (b"5", JSON, 400, 'the request has no "inputs"; send {"inputs"'),
        (b'{"instances": []}', JSON, 400, 'the request has no "inputs"; send {"inputs"'),
        (b'{"inputs": [], "params": {"seed": 1}}', JSON, 400, "'params' is not known; send only {"),
        (b"a,b\n", "text/csv", 400, "the request does not say that it is JSON; set the header Content-Type: applic"),
        (b"{}", None, 400, "the request does not say that it is JSON; set the header Content-Type: applic"),
        (b" " * (MAX_BODY + 1), JSON, 413, "the request has more than 64 MiB; send fewer or smaller photos"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_bad_request_is_refused_in_words(served, body, content_type, status, reason):
    answered, told = over_http(served, body, content_type)
    assert answered == status
    assert json.loads(told)["message"].startswith(reason)


def test_too_many_callers_in_this_process_are_told_to_come_again(served, monkeypatch):
    def busy(work):
        raise OverloadedError("8 jobs are waiting already", 3)

    monkeypatch.setattr(served.unwrap_python_model()._worker._queue, "submit", busy)
    with pytest.raises(MlflowException, match="8 jobs are waiting already; call again in 3 s") as refused:
        served.predict([GOOD])
    assert refused.value.get_http_status_code() == 503


def test_only_in_mlflows_scoring_server_does_the_service_take_over(monkeypatch):
    name, service = "mlflow.pyfunc.scoring_server.app", object()
    monkeypatch.delitem(sys.modules, name, raising=False)
    take_over(service)
    assert name not in sys.modules
    theirs = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, theirs)
    take_over(service)
    assert sys.modules[name] is not theirs and callable(sys.modules[name].app)


def test_a_server_that_cannot_be_bounded_does_not_start(monkeypatch):
    name, sent = "mlflow.pyfunc.scoring_server.app", []
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    take_over(None)

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        sent.append(message)

    asyncio.run(sys.modules[name].app({"type": "lifespan"}, receive, send))
    (failed,) = sent
    assert failed["type"] == "lifespan.startup.failed" and "install uvicorn 0.54" in failed["message"]


@pytest.mark.parametrize(
    ("meta", "version"),
    [
        ("model_name: look-transfer\nmodel_version: 3\n", "look-transfer version 3"),
        ("model_name: look-transfer\nmodel_version: '3'\n", "look-transfer version 3"),
        (None, ""),
        ("", ""),
        ("- 1", ""),
        ("model_name: [", ""),
        ("model_name: look-transfer\n", ""),
        ("model_name: /home/somebody\nmodel_version: 3\n", ""),
        ("model_name: x\nmodel_version: 3 of 4\n", ""),
    ],
)
def test_the_registered_version_is_what_mlflow_wrote_when_it_loaded_the_model(tmp_path, meta, version):
    (tmp_path / "artifacts/look_transfer").mkdir(parents=True)
    assert registered_version(tmp_path / "artifacts/look_transfer") == ""
    (tmp_path / "MLmodel").touch()
    if meta is not None:
        (tmp_path / "registered_model_meta").write_text(meta)
    assert registered_version(tmp_path / "artifacts/look_transfer") == version


@pytest.mark.parametrize(("name", "sets"), [("influencer_style.serving.again", False), ("code_model_1", True)])
def test_only_mlflow_makes_a_model_of_the_file(name, sets, monkeypatch):
    monkeypatch.setattr(mlflow.models.model, "__mlflow_model__", None)
    spec = importlib.util.spec_from_file_location(name, SERVED["transfer"].file)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert (mlflow.models.model.__mlflow_model__ is not None) == sets
