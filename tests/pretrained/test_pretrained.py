"""The catalogue of others' networks, and how their files are taken out of packages: no network is needed here."""

import hashlib
import io
import json
import logging
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from influencer_style.commands import models as models_command
from influencer_style.commands.main import main
from influencer_style.faces import detectors
from influencer_style.faces.detect import LbpCascade, make_detector
from influencer_style.faces.detectors import DetectorError, resolved
from influencer_style.pretrained import catalogue, fetch
from influencer_style.pretrained.catalogue import CATALOGUE, MODELS_FOLDER, Archive, PretrainedError, find, load

CONTENT = {"face_detector": b"detector" * 50, "face_mesh": b"mesh" * 70, "face_embedding": b"embedding" * 30}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of models."""
    monkeypatch.setenv(MODELS_FOLDER, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def packages(tmp_path, monkeypatch, folder):
    """A catalogue of three models in two small packages, whose files lie in a folder; returns the files by registry."""
    wheel, tarball = tmp_path / "net-1-py3-none-any.whl", tmp_path / "net-1.tgz"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("face_detector", "face_mesh"):
            archive.writestr(CATALOGUE[name].member, CONTENT[name])
        archive.writestr("net/__init__.py", "raise AssertionError('nothing of a package is imported')")
    with tarfile.open(tarball, "w:gz") as archive:
        about = tarfile.TarInfo(CATALOGUE["face_embedding"].member)
        about.size = len(CONTENT["face_embedding"])
        archive.addfile(about, io.BytesIO(CONTENT["face_embedding"]))
    files = {"pip": wheel, "npm": tarball}
    archives = {
        registry: Archive(registry, "net", "1", sha256(file.read_bytes()), file.stat().st_size)
        for registry, file in files.items()
    }
    small = {}
    for name, content in CONTENT.items():
        archive = archives[CATALOGUE[name].archive.registry]
        small[name] = replace(CATALOGUE[name], archive=archive, sha256=sha256(content), size=len(content))
    for module in (catalogue, fetch, models_command):
        monkeypatch.setattr(module, "CATALOGUE", small)
    return files


@pytest.fixture
def registries(packages, monkeypatch):
    """Registries that serve the packages' files as pip and npm do; returns the commands that were run."""
    commands = []

    def run(command, *, cwd, **_):
        registry = "npm" if "npm" in Path(command[0]).name else "pip"
        commands.append(command)
        (Path(cwd) / packages[registry].name).write_bytes(packages[registry].read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(fetch.subprocess, "run", run)
    monkeypatch.setattr(fetch.shutil, "which", lambda tool, **_: f"/bin/{tool}")
    return commands


def test_what_is_missing_is_taken_out_of_its_package_and_nothing_is_fetched_twice(registries, folder, capsys):
    assert main(["models", "--fetch"]) == 0
    assert {name: load(name) for name in CONTENT} == CONTENT
    assert len(registries) == 2, "one download for each package"
    assert "All models are in" in capsys.readouterr().out
    assert {file.stat().st_mode & 0o077 for file in folder.iterdir()} == {0}
    assert main(["models", "--fetch"]) == 0
    assert len(registries) == 2
    find("face_mesh").write_bytes(b"damaged")
    assert main(["models", "--fetch"]) == 0
    assert len(registries) == 3
    assert load("face_mesh") == CONTENT["face_mesh"]


def test_pip_is_asked_for_one_wheel_that_every_python_gets(registries):
    fetch.fetch(catalogue.CATALOGUE.values(), lambda line: None)
    pip = next(command for command in registries if command[0] == sys.executable)
    assert pip[1:5] == ["-m", "pip", "download", "--no-deps"]
    assert "--only-binary=:all:" in pip, "a source package would run its own code"
    assert pip[-1] == "net==1"
    npm = next(command for command in registries if command[0] != sys.executable)
    assert "--ignore-scripts" in npm


def test_an_archive_from_elsewhere_is_taken_without_a_network(packages, capsys):
    assert main(["models", "--from", str(packages["pip"])]) == 0
    assert load("face_detector") == CONTENT["face_detector"]
    assert find("face_embedding") is None
    capsys.readouterr()
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    assert "face_mesh: here" in listed
    assert "face_embedding: missing" in listed


@pytest.mark.parametrize("damage", ["archive", "member", "absent"])
def test_what_is_not_as_pinned_is_refused_and_leaves_no_file(packages, folder, damage, monkeypatch):
    wheel = packages["pip"]
    if damage == "archive":
        wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
        expected = "SHA-256 is wrong"
    elif damage == "member":
        known = {name: replace(model, sha256="0" * 64) for name, model in catalogue.CATALOGUE.items()}
        monkeypatch.setattr(fetch, "CATALOGUE", known)
        expected = "is not BlazeFace"
    else:
        wheel = wheel.with_name("absent.whl")
        expected = "absent.whl"
    with pytest.raises(PretrainedError, match=expected):
        fetch.take_from(wheel)
    assert not folder.exists() or not list(folder.iterdir())


def test_without_a_network_there_is_one_clear_notice_for_each_model(packages, monkeypatch, capsys):
    def refuse(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "ERROR: No matching distribution found for net==1")

    monkeypatch.setattr(fetch.subprocess, "run", refuse)
    monkeypatch.setattr(fetch.shutil, "which", lambda tool, **_: None)
    assert main(["models", "--fetch"]) == 1
    said = capsys.readouterr().err
    assert "net 1 could not be fetched: ERROR: No matching distribution" in said
    assert "npm is not installed" in said
    assert said.count("Get it later: influencer-style models --fetch") == 1
    assert "Everything works, less well" in said


def test_without_npm_only_what_is_optional_is_missing_and_set_up_goes_on(registries, monkeypatch, capsys):
    monkeypatch.setattr(fetch.shutil, "which", lambda tool, **_: None)
    assert main(["models", "--fetch"]) == 0
    assert find("face_mesh")
    assert not find("face_embedding")
    assert "compares faces on photographs" in capsys.readouterr().err


def test_a_file_that_is_not_the_pinned_one_is_not_loaded(folder):
    with pytest.raises(PretrainedError, match="is not on this machine; fetch it: influencer-style models --fetch"):
        load("face_mesh")
    folder.mkdir()
    (folder / CATALOGUE["face_mesh"].file).write_bytes(bytes(CATALOGUE["face_mesh"].size))
    with pytest.raises(PretrainedError, match="its SHA-256 is wrong"):
        load("face_mesh")


def test_the_list_says_whose_each_model_is_and_under_what_licence(folder, capsys):
    assert main(["models", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed.keys() == CATALOGUE.keys()
    assert listed["face_detector"]["licence"] == "Apache-2.0"
    assert not any(row["here"] for row in listed.values())


def test_auto_is_the_cascade_where_the_models_are_missing_and_says_so_once(folder, caplog):
    detectors._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [resolved("auto"), resolved("auto")] == ["lbp", "lbp"]
        assert isinstance(make_detector("auto"), LbpCascade)
    assert [record.getMessage().count("influencer-style models --fetch") for record in caplog.records] == [1]
    with pytest.raises(DetectorError, match="fetch it"):
        make_detector("blazeface")
