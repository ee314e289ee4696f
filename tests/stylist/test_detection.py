"""One setting says which detector finds faces: the model's own, everywhere, unless another is named."""

from __future__ import annotations

from contextlib import chdir
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import yaml
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.commands.main import main
from influencer_style.faces import detect
from influencer_style.faces.detectors import NOTE, YUNET_FILE
from influencer_style.faces.face import Face
from influencer_style.networks.base import SHIPPED, TransferBase
from influencer_style.pipelines.preprocessing import nodes as preprocessing
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.project.configuration import project_configuration
from influencer_style.project.folder import ConfigurationError
from influencer_style.serving.served_model import DETECTOR_VARIABLE, ServedModel
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.likeness_guard import LikenessGuard
from tests.tiny_project import make_project

PHOTO = astronaut()  # with one face that lbp finds


class PretendedYuNet:
    """Finds a face where none is; and knows which file it was made from."""

    made_from: ClassVar[list[Path]] = []

    def __init__(self, path):
        self.made_from.append(Path(path))

    def find(self, photo):
        return [Face(5.0, 5.0, 80.0, 1.0), Face(150.0, 150.0, 80.0, 0.9)]


@pytest.fixture(autouse=True)
def yunet(monkeypatch):
    monkeypatch.delenv(YUNET_FILE, raising=False)
    monkeypatch.setattr(detect, "YuNet", PretendedYuNet)
    PretendedYuNet.made_from = []
    return PretendedYuNet


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "yunet.onnx"
    path.touch()
    return path


@pytest.fixture
def with_yunet(bundle):
    return replace(bundle, notes={NOTE: "yunet"})


def test_a_model_finds_faces_as_those_were_found_that_it_was_made_from(bundle, with_yunet, file, monkeypatch):
    monkeypatch.setenv(YUNET_FILE, str(file))
    assert Stylist(bundle).detector == "lbp" and not PretendedYuNet.made_from
    stylist = Stylist(with_yunet)
    assert stylist.detector == "yunet" and PretendedYuNet.made_from == [file]
    assert len(stylist.apply(PHOTO, "warm").faces) == 2
    assert len(Stylist(with_yunet, detector="lbp").apply(PHOTO, "warm").faces) == 1


def test_a_detector_and_a_guard_may_be_given(bundle):
    class Guard(LikenessGuard):
        def examine(self, creators, before, after, places):
            return {"warm": [0.5] * len(places)}, ["somebody looked"]

    stylist = Stylist(bundle, guard=Guard("off"), detector=PretendedYuNet("yunet.onnx"))
    result = stylist.apply(PHOTO, "warm")
    assert stylist.detector == "PretendedYuNet" and len(result.faces) == 2
    assert result.provenance["likeness"] == {"warm": [0.5, 0.5]} and "somebody looked" in result.notices


def test_without_its_file_nothing_is_restyled_by_another_detector(with_yunet):
    with pytest.raises(StylistError, match=r"yunet needs OpenCV's YuNet model, and no file is named; name the .onnx"):
        Stylist(with_yunet)


def test_a_strange_detector_is_refused(bundle):
    with pytest.raises(StylistError, match="no face detector 'hog'; choose one of: auto, blazeface, lbp, yunet"):
        Stylist(replace(bundle, notes={NOTE: "hog"}))
    with pytest.raises(StylistError, match="there is no face detector"):
        Stylist(bundle, detector="hog")


@pytest.mark.parametrize("relative", [False, True])
def test_the_projects_own_setting_names_the_file(with_yunet, tmp_path, file, relative):
    (tmp_path / "project").mkdir()
    project = make_project(tmp_path / "project")
    named = "../yunet.onnx" if relative else str(file)
    (project / "conf/local/parameters.yml").write_text(yaml.safe_dump({"preprocessing": {"yunet_model": named}}))
    (project / "notebooks").mkdir()
    with chdir(project / "notebooks"):
        Stylist(with_yunet)
    assert [path.resolve() for path in PretendedYuNet.made_from] == [file]


def test_a_projects_parameters_that_cannot_be_read_are_named(tmp_path):
    read = partial(project_configuration, "parameters")
    with chdir(tmp_path):
        assert read("preprocessing") == {}  # outside of a project
    make_project(tmp_path)
    with chdir(tmp_path):
        assert read("preprocessing")["detector"] == "auto" and read("nothing") == {}
        (tmp_path / "conf/local/parameters.yml").write_text("preprocessing: [")
        with pytest.raises(ConfigurationError, match=r"cannot be read .*; correct them"):
            read("preprocessing")


def test_the_command_line_takes_the_models_detector_or_another(with_yunet, tmp_path, file, monkeypatch, capsys):
    monkeypatch.setenv(YUNET_FILE, str(file))
    (tmp_path / "model").mkdir()
    with_yunet.save(tmp_path / "model")
    photo = tmp_path / "me.png"
    Image.fromarray(PHOTO).save(photo)
    command = ["stylize", str(photo), "--look", "warm", "--model", str(tmp_path / "model"), "--out"]
    assert main([*command, str(tmp_path / "own")]) == 0 and len(PretendedYuNet.made_from) == 1
    assert main([*command, str(tmp_path / "own"), "--detector", "lbp"]) == 0 and len(PretendedYuNet.made_from) == 1
    written = capsys.readouterr().err
    assert "up to date" not in written  # another detector is another picture
    sheet = ["compare", str(photo), "--model", str(tmp_path / "model"), "--out", str(tmp_path / "sheet.png")]
    assert main([*sheet, "--looks", "warm", "--detector", "lbp"]) == 0 and len(PretendedYuNet.made_from) == 1
    monkeypatch.delenv(YUNET_FILE)
    assert main([*command, str(tmp_path / "none")]) == 2
    assert "name the .onnx file in preprocessing.yunet_model or INFLUENCER_STYLE_YUNET" in capsys.readouterr().err


def test_a_served_model_too(with_yunet, tmp_path, file, monkeypatch):
    monkeypatch.setenv(YUNET_FILE, str(file))
    with_yunet.save(tmp_path)
    model = ServedModel()
    model.load_context(SimpleNamespace(artifacts={"model": str(tmp_path)}))
    assert model._stylist.detector == "yunet"
    monkeypatch.setenv(DETECTOR_VARIABLE, "lbp")
    model.load_context(SimpleNamespace(artifacts={"model": str(tmp_path)}))
    assert model._stylist.detector == "lbp"


def test_a_base_in_looks_keeps_the_detector_of_its_looks(with_yunet):
    base = TransferBase.load(SHIPPED)
    assert with_yunet.on_base(base).notes[NOTE] == "yunet"
    assert NOTE not in replace(with_yunet, notes={}).on_base(base).notes


def test_the_pipelines_take_the_file_of_the_environment_too(file, monkeypatch):
    conf = yaml.safe_load((Path(__file__).parents[2] / "conf/base/parameters_preprocessing.yml").read_text())
    monkeypatch.setenv(YUNET_FILE, str(file))
    parameters = PreprocessingParameters(**conf["preprocessing"] | {"detector": "yunet"})
    assert isinstance(preprocessing.open_detector(parameters), PretendedYuNet)
    made_by = preprocessing._made_by(parameters)
    file.write_bytes(b"another network")
    assert preprocessing._made_by(parameters) != made_by
