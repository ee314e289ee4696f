"""Model folders whose files do not hold what they announce: found out before memory is taken, and refused in words."""

import json
import os
import re
import resource
import shutil
import struct
from pathlib import Path

import pytest
import torch
from model_files import refused, reshaped, rewritten
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from influencer_style.networks.base import SHIPPED, BaseError, TransferBase
from influencer_style.networks.bundle import BundleError, SynthesisBundle, TransferBundle
from influencer_style.stylist.likeness_guard import LikenessGuard

GREEDY = {"channels": 1024, "blocks": 64, "masks": 256, "code": 100_000}  # 80 GB of float32
GREEDY_SYNTHESIS = {"channels": 1024, "style": 8192, "code": 100_000, "resolution": 1024}


@pytest.fixture
def little_memory():
    """No allocation above 3 GB more than there is now."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 3_000_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def test_memory_is_not_taken_for_what_the_file_does_not_hold(folder, drawing_folder, tmp_path, little_memory):
    rewritten(folder, GREEDY)
    assert "and the network needs" in refused(folder)
    drawing = shutil.copytree(drawing_folder, tmp_path / "drawing")
    rewritten(drawing, GREEDY_SYNTHESIS)
    assert "and the network needs" in refused(drawing, SynthesisBundle)


def test_a_base_is_compared_with_its_file_too(tmp_path, little_memory):
    base = shutil.copytree(SHIPPED, tmp_path / "base")
    with safe_open(str(base / "base.safetensors"), "pt") as opened:
        metadata = opened.metadata()
    config = json.dumps(json.loads(metadata["config"]) | GREEDY)
    save_file(load_file(str(base / "base.safetensors")), str(base / "base.safetensors"), metadata | {"config": config})
    with pytest.raises(BaseError, match="and the network needs"):
        TransferBase.load(base)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: {name: value for name, value in state.items() if name != "stem.bias"}, "stem.bias is nothing"),
        (lambda state: state | {"more": torch.zeros(3)}, r"more is F32 \[3\], and the network needs nothing"),
        (lambda state: state | {"stem.bias": torch.zeros(9)}, r"stem.bias is F32 \[9\], and the network needs F32"),
        (lambda state: state | {"stem.bias": state["stem.bias"].double()}, "stem.bias is F64"),
        (lambda state: state | {"stem.bias": state["stem.bias"].long()}, "stem.bias is I64"),
    ],
    ids=["missing", "unknown", "of another shape", "of another type", "whole numbers"],
)
def test_the_first_tensor_that_does_not_fit_is_named(folder, change, words):
    reshaped(folder, change)
    assert re.search(words, refused(folder))


@pytest.mark.parametrize("name", ["generator.safetensors", "encoder.safetensors", "looks.safetensors"])
def test_a_head_that_is_larger_than_any_models_is_not_read(folder, name):
    with (folder / name).open("wb") as file:
        file.write(struct.pack("<Q", 90_000_000))
        file.truncate(100_000_000)
    assert "is not a whole safetensors file" in refused(folder)


def test_a_file_that_is_larger_than_any_models_is_not_read(folder):
    with (folder / "looks.safetensors").open("r+b") as file:
        file.truncate(5_000_000_000)  # a hole: it takes no room
    assert "has more than 2 GB" in refused(folder)


@pytest.mark.parametrize("notes", ["[]", "5", '{"taught": 5}', '{"taught": null}', "[" * 10**5, "x", "null"])
def test_notes_of_another_type_are_refused(folder, notes):
    rewritten(folder, notes=notes)
    assert "notes" in refused(folder)


@pytest.mark.parametrize("name", ["config", "crop_margin", "fingerprint", "data_sha256", "notes"])
def test_a_missing_field_is_named(folder, name):
    file = folder / "generator.safetensors"
    with safe_open(str(file), "pt") as opened:
        metadata = opened.metadata()
    save_file(load_file(str(file)), str(file), {key: value for key, value in metadata.items() if key != name})
    assert name in refused(folder)


@pytest.mark.parametrize("factor", [1e38, 0.0], ids=["too large", "nothing"])
def test_weights_that_draw_no_picture_are_refused(folder, factor):
    reshaped(folder, lambda state: {name: torch.full_like(value, factor) for name, value in state.items()})
    if factor:
        assert "its pictures are not finite numbers" in refused(folder)
    else:
        TransferBundle.load(folder)  # a network that changes nothing still returns the photo


def test_a_synthesis_that_draws_one_colour_is_refused(drawing_folder, tmp_path):
    folder = shutil.copytree(drawing_folder, tmp_path / "model")
    reshaped(folder, lambda state: {name: torch.zeros_like(value) for name, value in state.items()})
    assert "its pictures show a single colour" in refused(folder, SynthesisBundle)


@pytest.mark.parametrize("path", ["creator", "photos", "likeness", "consent", "groups"])
@pytest.mark.parametrize("value", [5, None, [[]], {"explained": "x", "judge": 5}], ids=str)
def test_looks_with_a_field_of_another_type_are_refused(folder, path, value):
    looks = json.loads((folder / "looks.json").read_text())
    (looks if path == "groups" else looks["looks"][0])[path] = value
    if (path, value) in (("likeness", None), ("consent", {"explained": "x", "judge": 5})):
        return
    (folder / "looks.json").write_text(json.dumps(looks))
    refused(folder)


@pytest.mark.parametrize("face", [torch.full((96,), float("nan")), torch.zeros(2, 96)], ids=["no numbers", "a table"])
def test_a_face_that_is_none_is_refused(folder, face):
    tensors = load_file(str(folder / "looks.safetensors"))
    save_file(tensors | {"look.warm.face": face}, str(folder / "looks.safetensors"))
    assert "face is no vector of numbers" in refused(folder)


def test_a_face_of_another_length_is_not_compared_with(folder):
    tensors = load_file(str(folder / "looks.safetensors"))
    save_file(tensors | {"look.warm.face": torch.ones(7)}, str(folder / "looks.safetensors"))
    found, notices = LikenessGuard().creators(["warm"], TransferBundle.load(folder).looks)
    assert found == {} and "keeps no face of warm" in notices[0]


@pytest.mark.parametrize(
    "name", ["generator.safetensors", "encoder.safetensors", "looks.json", "looks.safetensors", "card.md"]
)
def test_no_file_of_a_model_may_be_a_link(folder, tmp_path, name):
    (folder / name).rename(tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    assert f"{name} is missing, or not a regular file" in refused(folder)


def test_the_model_folder_itself_may_be_a_link(folder, tmp_path):
    (tmp_path / "current").symlink_to(folder)
    assert TransferBundle.load(tmp_path / "current").looks.names == ["cold", "warm"]


@pytest.mark.parametrize("make", [lambda note: note.symlink_to("/etc/hostname"), os.mkfifo, os.mkdir])
def test_a_revocation_that_cannot_be_read_still_holds(folder, make):
    make(folder / "REVOKED.txt")
    with pytest.raises(BundleError, match=r"was revoked: REVOKED.txt is there, but cannot be read") as error:
        TransferBundle.load(folder)
    assert os.uname().nodename not in str(error.value)
