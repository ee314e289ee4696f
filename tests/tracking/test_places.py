"""A project may lie in a folder of any name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.utils import find_kedro_project
from sqlalchemy import make_url

from influencer_style.project.folder import enclosing_project
from influencer_style.tracking.config import TrackingConfig, project_uri, sqlite_path, sqlite_uri
from influencer_style.tracking.store import Store

# All at once: what a URL, a URL's decoding, a pattern, and a shell take for something else.
STRANGE = "my%20photos %41 a?b#c&d@e é [1]*"


def small_project(folder: Path) -> Path:
    shutil.copytree(Path(__file__).with_name("project"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data/table.csv").write_text("a,b\n1,2\n3,4\n")
    return folder


def run(folder: Path) -> str:
    bootstrap_project(folder)
    with KedroSession.create(project_path=folder) as session:
        session.run()
        return session.session_id


def statuses(folder: Path) -> list[str]:
    store = Store(sqlite_uri(folder / "mlflow.db"))
    return [run.info.status for run in store.client.search_runs([store.experiment_id("tiny")])]


@pytest.fixture
def back(project):
    """Leaves the small project as the current one."""
    yield
    bootstrap_project(project)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_sqlalchemy_and_we_read_the_address_of_any_folder_alike(name):
    path = Path("/", name, "mlflow.db")
    assert Path(make_url(sqlite_uri(path)).database) == sqlite_path(sqlite_uri(path)) == path


def test_what_is_written_in_mlflow_yml_is_decoded_once(tmp_path):
    written = TrackingConfig.of({"server": {"mlflow_tracking_uri": "sqlite:///my%20runs.db?timeout=9"}})
    assert written.uri(tmp_path / "a%20b") == f"sqlite:///{tmp_path}/a%2520b/my runs.db?timeout=9"


def test_a_run_in_a_folder_of_any_name_is_tracked(tmp_path, back, monkeypatch, caplog):
    folder = small_project(tmp_path / STRANGE)
    monkeypatch.chdir(folder)
    run(folder)
    assert statuses(folder) == ["FINISHED"] * 3 and project_uri() == sqlite_uri(folder / "mlflow.db")
    assert list((folder / "mlruns").rglob("0001.png"))
    assert [path.name for path in tmp_path.iterdir()] == [STRANGE], "made beside it by mistake"
    assert "failed" not in caplog.text


def test_a_folder_is_a_project_where_kedro_says_so(tmp_path, project, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin/pyproject.toml").write_bytes(b"[tool.kedro]\nname = '\xe9'")
    for folder in (project, project / "data", project / "conf/base", tmp_path, tmp_path / "latin", Path("/")):
        monkeypatch.chdir(folder)
        assert enclosing_project() == find_kedro_project(folder)
