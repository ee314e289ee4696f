"""A small Kedro project with its own store, in which every way for a run to end can be had."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pytest
from kedro.framework import project as kedro_project
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from mlflow.entities import Run

from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.store import Store

HERE = Path(__file__).parent


@dataclass
class Outcome:
    """What a pipeline run left in the store."""

    error: BaseException | None
    parent: Run | None
    children: dict[str, Run]

    @property
    def statuses(self) -> dict[str, str]:
        return {name: run.info.status for name, run in self.children.items()}


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """Nothing here reports to anybody, and MLflow's global store is left as it was."""
    before = dict(os.environ)
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="1", KEDRO_MP_CONTEXT="fork")
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    yield
    mlflow.set_tracking_uri(None)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def project_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small project, in a git repository. One for all tests: a new store takes seconds."""
    folder = tmp_path_factory.mktemp("tracking") / "tiny"
    shutil.copytree(HERE / "project", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data/table.csv").write_text("a,b\n1,2\n3,4\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "small"]):
        subprocess.run(
            ["git", "-c", "user.name=test", "-c", "user.email=test@example.invalid", *arguments], cwd=folder, check=True
        )
    return folder


@pytest.fixture(scope="module")
def project(project_folder: Path) -> Iterator[Path]:
    """The small project, as the current Kedro project."""
    before, package = Path.cwd(), kedro_project.PACKAGE_NAME
    os.chdir(project_folder)
    bootstrap_project(project_folder)
    yield project_folder
    os.chdir(before)
    if package:
        kedro_project.configure_project(package)


@pytest.fixture(scope="module")
def store(project: Path) -> Store:
    """The store that the small project's runs go to."""
    return Store(f"sqlite:///{project}/mlflow.db")


@pytest.fixture(scope="module")
def outcome_of(store: Store) -> Callable[..., Outcome]:
    """Look up what a run left behind, by Kedro's run id or by the parameter `waiting`."""

    def look_up(error: BaseException | None = None, run_id: str = "", waiting: str = "") -> Outcome:
        experiment = store.experiment_id("tiny")
        its_parent = f"params.waiting = '{waiting}' and tags.`kedro.run_id` != ''"
        condition = its_parent if waiting else f"tags.`kedro.run_id` = '{run_id}'"
        parents = store.client.search_runs([experiment], condition)
        if not parents:
            return Outcome(error, None, {})
        (parent,) = parents
        children = store.client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'")
        return Outcome(error, parent, {child.info.run_name: child for child in children})

    return look_up


@pytest.fixture(scope="module")
def run(project: Path, outcome_of: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Run a pipeline of the small project in this process."""

    def execute(pipeline: str, runner: Any = None, env: str | None = None, **arguments: Any) -> Outcome:
        error = None
        with KedroSession.create(project_path=project, env=env) as session:
            try:
                session.run(pipeline_names=[pipeline], runner=runner, **arguments)
            except Exception as raised:
                error = raised
            return outcome_of(error, session.session_id)

    return execute


@pytest.fixture
def node_run(store: Store, project: Path) -> Iterator[NodeRun]:
    """An open node run that this thread speaks for."""
    opened = NodeRun(store, "node", [], project)
    opened.open(store.experiment_id("single"))
    current.enter(opened)
    yield opened
    opened.close("FINISHED")
