"""What the run of a whole pipeline says in MLflow, so that runs are compared without looking into their nodes' runs."""

from __future__ import annotations

import json
import time
from typing import Any

from influencer_style.tracking import current
from influencer_style.tracking.digests import DIGEST_LENGTH
from influencer_style.tracking.registry.versions import find_version
from influencer_style.tracking.text import safe_key

VERSION_TAG = "registered_version"


def log_scores(scores: dict[str, float], name: str, version: str | None) -> None:
    """Log the main scores as metrics of the pipeline's run, and which registered version they belong to.

    Args:
        scores: by name.
        name: of the registered model.
        version: of it; None where it is not registered.
    """
    run = current.node_run()
    if run is None:
        return
    now = int(time.time() * 1000)

    def write(client: Any, pipeline_run: str) -> None:
        from mlflow.entities import Metric, RunTag

        metrics = [Metric(safe_key(key), float(value), now, 0) for key, value in scores.items()]
        tags = [RunTag(VERSION_TAG, f"{name} version {version}")] if version else []
        client.log_batch(pipeline_run, metrics=metrics, tags=tags)

    run.write_to_pipeline("writing scores", write)


def log_model(name: str, version: str, data_sha256: str) -> None:
    """Link the pipeline's run to a version of a registered model, and to the photos that its looks were learnt from.

    Args:
        name: of the registered model.
        version: of it.
        data_sha256: digest of the photos.
    """
    run = current.node_run()
    if run is None:
        return

    def write(client: Any, pipeline_run: str) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput

        model_id = find_version(run.store, name, version).source.removeprefix("models:/")
        client.log_outputs(pipeline_run, [LoggedModelOutput(model_id, step=0)])
        client.set_tag(pipeline_run, VERSION_TAG, f"{name} version {version}")
        source = json.dumps({"uri": "data/03_primary/face_crops"})
        photos = Dataset("photos", data_sha256[:DIGEST_LENGTH], "local", source)
        tag = InputTag("mlflow.data.context", "training")
        client.log_inputs(pipeline_run, datasets=[DatasetInput(photos, [tag])])

    run.write_to_pipeline("linking the model", write)
