"""Model folders that nobody trained: refused in words when they are loaded, not later, and never at great cost."""

import json
import os
import shutil
import struct

import pytest
import torch
from model_files import refused, rewritten
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from influencer_style.networks.bundle import SynthesisBundle


@pytest.mark.parametrize(
    "config",
    [
        {"channels": 10**6}, {"blocks": 10**7}, {"masks": 10**9}, {"noise": -1}, {"code": 10**10}, {"channels": 1.5},
        {"channels": "8"}, {"doubt": float("nan")}, {"trust": "x"}, {"palette": 1e308}, {"x": 1}, "[" * 10**5, "5",
    ],
    ids=lambda config: str(config)[:20],
)  # fmt: skip
def test_a_network_of_absurd_size_is_never_built(folder, config):
    rewritten(folder, config)
    refused(folder)


@pytest.mark.parametrize(
    "config",
    [{"channels": 10**6}, {"style": 10**9}, {"resolution": 2**20}, {"noise": -1}, {"code": 10**10}, {"style": 32.0},
     {"channels": "8"}, {"resolution": float("nan")}, {"x": 1}],
    ids=str,
)  # fmt: skip
def test_a_network_of_synthesis_of_absurd_size_is_never_built(drawing_folder, tmp_path, config):
    folder = shutil.copytree(drawing_folder, tmp_path / "model")
    rewritten(folder, config)
    refused(folder, SynthesisBundle)


@pytest.mark.parametrize("part", ["features", "limit"])
def test_marks_by_which_nothing_would_be_told_are_refused(drawing_folder, tmp_path, part):
    folder, name = shutil.copytree(drawing_folder, tmp_path / "model"), f"look.warm.marks.{part}"
    tensors = load_file(str(folder / "looks.safetensors"))
    save_file(tensors | {name: tensors[name] * float("nan")}, str(folder / "looks.safetensors"))
    assert "marks of photos are no numbers" in refused(folder, SynthesisBundle)


def test_a_folder_of_the_other_kind_is_refused(model_folder, drawing_folder):
    refused(model_folder, SynthesisBundle)
    refused(drawing_folder)


@pytest.mark.parametrize("margin", ["nan", "0", "-1", "1e308", "x"])
def test_an_absurd_margin_is_refused(folder, margin):
    rewritten(folder, crop_margin=margin)
    refused(folder)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["groups"], [[0, 10**12]]), (["groups"], []), (["groups"], [["a", "b"]] * 8), (["groups"], "x"),
        (["reference", "count"], 0), (["reference", "count"], "x"), (["reference", "count"], float("nan")),
        (["looks", 0, "count"], 0), (["looks", 0, "count"], float("inf")), (["looks", 0, "consent"], []),
        (["looks", 0, "slug"], "../../x"), (["looks", 0, "photos"], 5), (["encoder_sha256"], 5),
    ],
    ids=str,
)  # fmt: skip
def test_looks_that_nobody_described_are_refused(folder, path, value):
    looks = json.loads((folder / "looks.json").read_text())
    table = looks
    for name in path[:-1]:
        table = table[name]
    table[path[-1]] = value
    (folder / "looks.json").write_text(json.dumps(looks))
    refused(folder)


@pytest.mark.parametrize("text", ["[" * 10**6, "9" * 10**5, "NaN", "", "\ufeff{}"], ids=lambda text: repr(text[:5]))
def test_what_is_no_table_of_looks_is_refused(folder, text):
    (folder / "looks.json").write_text(text, encoding="utf-8")
    refused(folder)


@pytest.mark.parametrize(
    "name", ["look.warm.mean", "reference.deviation", "look.warm.moments", "look.warm.halves.colours"]
)
@pytest.mark.parametrize("made", [lambda v: v * float("nan"), lambda v: torch.zeros(0)], ids=["nan", "empty"])
def test_statistics_that_are_no_numbers_are_refused(folder, name, made):
    tensors = load_file(str(folder / "looks.safetensors"))
    save_file(tensors | {name: made(tensors[name])}, str(folder / "looks.safetensors"))
    refused(folder)


def test_weights_that_are_no_numbers_are_refused(folder):
    file = folder / "generator.safetensors"
    with safe_open(str(file), "pt") as opened:
        told = opened.metadata()
    state = load_file(str(file))
    state["stem.weight"][0] = float("nan")
    save_file(state, str(file), told)
    assert "its weights are not finite numbers" in refused(folder)


@pytest.mark.parametrize("name", ["generator.safetensors", "encoder.safetensors", "looks.safetensors"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\1\0", struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 67) + b'{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4]}} ', b"\x80\x04.",
    ],
    ids=["empty", "short", "endless head", "nothing in it", "a shape of terabytes", "a pickle"],
)  # fmt: skip
def test_damaged_weights_are_refused(folder, name, content):
    (folder / name).write_bytes(content)
    refused(folder)


@pytest.mark.parametrize("name", ["generator.safetensors", "encoder.safetensors", "looks.json", "card.md"])
def test_a_pipe_or_a_device_is_never_opened(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert f"{name} is missing, or not a regular file" in refused(folder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    assert f"{name} is missing, or not a regular file" in refused(folder)
