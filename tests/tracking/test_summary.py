"""The run of a whole pipeline carries the scores, so that two runs are compared without looking into their nodes."""

from __future__ import annotations

import pytest

from influencer_style.tracking import current, summary
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.run import Run


@pytest.fixture
def parent(store, project):
    """The id of a pipeline's run, with an open node in it that this thread speaks for."""
    experiment = store.experiment_id("whole")
    whole = store.client.create_run(experiment).info.run_id
    opened = NodeRun(store, "node", [], project, Run(store, whole, experiment))
    opened.open(experiment)
    current.enter(opened)
    yield whole
    opened.close("FINISHED")


def test_scores_and_their_version_are_on_the_pipelines_run(parent, store):
    summary.log_scores({"delta_e.generator": 5.5, "ssim.generator": 0.9}, "look-transfer", "3")
    found = store.client.get_run(parent).data
    assert found.metrics == {"delta_e.generator": 5.5, "ssim.generator": 0.9}
    assert found.tags[summary.VERSION_TAG] == "look-transfer version 3"


def test_scores_of_a_generator_that_is_not_registered_name_no_version(parent, store):
    summary.log_scores({"kid.generator": 0.1}, "look-transfer", None)
    found = store.client.get_run(parent).data
    assert found.metrics == {"kid.generator": 0.1} and summary.VERSION_TAG not in found.tags


def test_without_tracking_nothing_happens():
    summary.log_scores({"kid.generator": 0.1}, "look-transfer", "1")
    summary.log_model("look-transfer", "1", "d" * 64)
