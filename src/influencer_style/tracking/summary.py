"""The main results, on the run of the whole pipeline: runs are compared without opening their nodes' runs."""

from __future__ import annotations

import json

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, RunTag

from influencer_style.tracking import current
from influencer_style.tracking.data import DIGEST_LENGTH
from influencer_style.tracking.registry.versions import find_version, model_id_of
from influencer_style.tracking.run import now_ms, safe_key

VERSION_TAG = "registered_version"


def log_scores(scores: dict[str, float], name: str, version: str | None) -> None:
    """Log the main scores as metrics of the pipeline's run, and which registered version they belong to, if any."""
    run = current.node_run()
    if run is None or run.pipeline_run is None:
        return
    now = now_ms()
    metrics = [Metric(safe_key(key), float(value), now, 0) for key, value in scores.items()]
    tags = [RunTag(VERSION_TAG, f"{name} version {version}")] if version else []
    whole = run.pipeline_run
    whole.write("writing scores", lambda client, run_id: client.log_batch(run_id, metrics=metrics, tags=tags))


def log_model(name: str, version: str, data_sha256: str) -> None:
    """Link the pipeline's run to a registered version, and to the photos that its looks were learnt from."""
    run = current.node_run()
    if run is None or run.pipeline_run is None:
        return
    store = run.store

    def write(client: MlflowClient, run_id: str) -> None:
        model_id = model_id_of(find_version(store, name, version))
        client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
        client.set_tag(run_id, VERSION_TAG, f"{name} version {version}")
        source = json.dumps({"uri": "data/03_primary/face_crops"})
        photos = Dataset("photos", data_sha256[:DIGEST_LENGTH], "local", source)
        client.log_inputs(run_id, datasets=[DatasetInput(photos, [InputTag("mlflow.data.context", "training")])])

    run.pipeline_run.write("linking the model", write)
