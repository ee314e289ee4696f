"""What the registry knows of a model by its fingerprint: versions, and the runs that made them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from influencer_style.tracking.registry.errors import answering
from influencer_style.tracking.registry.versions import project_registry, registered_folder
from influencer_style.tracking.store import Store


def versions_of(fingerprint: str) -> list[dict[str, Any]]:
    """Return the registered versions that have this fingerprint, newest first.

    Returns:
        for each `name`, `version`, `aliases`, `tags`, its model `folder`, and its `run`: `id`, `name`, `status`,
        `started`, `commit`, `dirty`, `command`, and `inputs`, digests by the data's name of what the nodes of the
        pipeline run read up to then.

    Raises:
        RegistryError: when the registry does not answer.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        return []
    store = project_registry()
    with answering(store, f"the versions with the fingerprint {fingerprint[:16]}"):
        found = store.client.search_model_versions(f"tags.fingerprint = '{fingerprint}'")
        return [_told(store, one) for one in found]


def _told(store: Store, found: Any) -> dict[str, Any]:
    run = store.client.get_run(found.run_id)
    parent = run.data.tags.get("mlflow.parentRunId")
    whole = store.client.get_run(parent) if parent else run
    children = f"tags.`mlflow.parentRunId` = '{whole.info.run_id}'"
    nodes = store.client.search_runs([whole.info.experiment_id], children)
    inputs = {
        entry.dataset.name: entry.dataset.digest
        for node in nodes
        if node.info.start_time <= run.info.start_time
        for entry in node.inputs.dataset_inputs
        if _is_input(entry) and entry.dataset.digest != "absent"
    }
    return {
        "name": found.name,
        "version": str(found.version),
        "aliases": list(store.client.get_model_version(found.name, found.version).aliases),
        "tags": dict(found.tags),
        "folder": registered_folder(store, f"models:/{found.name}/{found.version}"),
        "run": {
            "id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "started": datetime.fromtimestamp(run.info.start_time / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": whole.data.tags.get("mlflow.source.git.commit", ""),
            "dirty": whole.data.tags.get("git.dirty") == "true",
            "command": whole.data.tags.get("kedro.command", ""),
            "inputs": inputs,
        },
    }


def _is_input(entry: Any) -> bool:
    tags = {tag.key: tag.value for tag in entry.tags}
    return tags.get("mlflow.data.context") == "input"
