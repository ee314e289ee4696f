"""From a sub-folder of a project, such as `notebooks/`, its model is found as from the project itself."""

import shutil

import pytest

from influencer_style import Stylist
from influencer_style.commands.main import main
from influencer_style.networks.bundle import BundleError
from influencer_style.stylist.models import DEFAULT_TRANSFER


@pytest.fixture
def project(tmp_path, model_folder, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "x"\n')
    shutil.copytree(model_folder, tmp_path / DEFAULT_TRANSFER)
    (tmp_path / "notebooks/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks/deep")
    return tmp_path


def test_the_projects_model_is_found(project, capsys):
    assert Stylist.load().looks == ["cold", "warm"]
    assert main(["looks"]) == 0 and capsys.readouterr().out == "cold\nwarm\n"


def test_a_folder_that_is_there_goes_before_the_projects(project, model_folder):
    (project / "notebooks/deep" / DEFAULT_TRANSFER).mkdir(parents=True)
    with pytest.raises(BundleError):
        Stylist.load()


def test_outside_of_a_project_nothing_is_found(project, tmp_path, monkeypatch, capsys):
    (project / "pyproject.toml").unlink()
    assert main(["looks"]) == 2
    assert f"{DEFAULT_TRANSFER} is not a usable model folder" in capsys.readouterr().err
