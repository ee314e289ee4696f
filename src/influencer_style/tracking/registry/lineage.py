"""The registered versions with a fingerprint, and the runs that made them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow.entities.model_registry import ModelVersion

from influencer_style.tracking.registry.versions import answering, project_registry, registered_folder
from influencer_style.tracking.store import Store


@dataclass(frozen=True)
class TrainingRun:
    """The run that made a version, as MLflow has it; `started` is in UTC.

    The commit is empty where it is not known, and `dirty` if the code differed from it. `inputs` are digests of the
    data that the pipeline's nodes had read up to then, by the data's name.
    """

    id: str
    name: str
    status: str
    started: str
    commit: str
    dirty: bool
    command: str
    inputs: dict[str, str]


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a registered model, its local model folder, and the run that made it."""

    name: str
    version: str
    aliases: list[str]
    tags: dict[str, str]
    folder: Path
    run: TrainingRun


def versions_of(fingerprint: str) -> list[RegisteredVersion]:
    """Return the registered versions that have this fingerprint, newest first.

    Raises RegistryError if the registry does not answer.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        return []
    store = project_registry()
    with answering(store, f"the versions with the fingerprint {fingerprint[:16]}"):
        found = store.client.search_model_versions(f"tags.fingerprint = '{fingerprint}'")
        return [
            RegisteredVersion(
                name=one.name,
                version=str(one.version),
                aliases=list(store.client.get_model_version(one.name, one.version).aliases),
                tags=dict(one.tags),
                folder=registered_folder(store, f"models:/{one.name}/{one.version}"),
                run=_training_run(store, one),
            )
            for one in found
        ]


def _training_run(store: Store, version: ModelVersion) -> TrainingRun:
    run = store.client.get_run(str(version.run_id))
    parent = run.data.tags.get("mlflow.parentRunId")
    whole = store.client.get_run(parent) if parent else run
    children = f"tags.`mlflow.parentRunId` = '{whole.info.run_id}'"
    nodes = store.client.search_runs([whole.info.experiment_id], children)
    return TrainingRun(
        id=run.info.run_id,
        name=run.info.run_name,
        status=run.info.status,
        started=datetime.fromtimestamp(run.info.start_time / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=whole.data.tags.get("mlflow.source.git.commit", ""),
        dirty=whole.data.tags.get("git.dirty") == "true",
        command=whole.data.tags.get("kedro.command", ""),
        inputs={
            entry.dataset.name: entry.dataset.digest
            for node in nodes
            if node.inputs and node.info.start_time <= run.info.start_time
            for entry in node.inputs.dataset_inputs
            if ("mlflow.data.context", "input") in {(tag.key, tag.value) for tag in entry.tags}
            and entry.dataset.digest != "absent"
        },
    )
