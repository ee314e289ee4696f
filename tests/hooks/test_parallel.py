"""A run in several processes (ParallelRunner) passes on what the catalogue keeps in memory."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog
from kedro.pipeline import Pipeline, node
from kedro.runner import ParallelRunner
from tiny_project import make_project, run

from influencer_style.hooks.concurrency import ParallelHook

CATALOG = {"passed_on": {"type": "MemoryDataset", "copy_mode": "assign"}}


def double(number):
    return {"twice": 2 * number}


def unpack(passed_on):
    return passed_on["twice"]


PIPELINE = Pipeline([node(double, "number", "passed_on", name="double"), node(unpack, "passed_on", "result")])


def test_what_one_process_passes_on_the_next_one_gets(monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    catalog = SharedMemoryDataCatalog.from_config(CATALOG)
    catalog["number"] = MemoryDataset(21)
    ParallelHook().before_pipeline_run(PIPELINE, catalog)
    runner = ParallelRunner(max_workers=2)  # what it has shared goes with it
    assert runner.run(PIPELINE, catalog)["result"].load() == 42
    assert catalog.load("number") == 21


def test_other_runs_keep_the_catalogue_as_it_is():
    catalog = DataCatalog.from_config(CATALOG)
    before = catalog["passed_on"]
    ParallelHook().before_pipeline_run(PIPELINE, catalog)
    assert catalog["passed_on"] is before


@pytest.mark.slow
def test_photos_become_crops_in_several_processes(tmp_path, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    project = make_project(tmp_path)
    done = run(project, "--pipelines", "ingestion,preprocessing", "--runner", "ParallelRunner")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (project / "data/03_primary/face_crops").exists() and (project / "mlflow.db").exists()
