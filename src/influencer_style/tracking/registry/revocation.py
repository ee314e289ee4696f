"""What a withdrawal does to the store: versions that rest on a creator are revoked and emptied, pictures removed."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from influencer_style.networks.folder import REVOKED
from influencer_style.tracking.config import without_password
from influencer_style.tracking.current import CREATORS_TAG
from influencer_style.tracking.registry.champion import CHALLENGER, CHAMPION, Contender
from influencer_style.tracking.registry.errors import answered, answering
from influencer_style.tracking.registry.logged_model import path_in
from influencer_style.tracking.registry.versions import version_at
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)
_EXAMPLE = "input_example.json"  # and serving_input_example.json: requests that MLflow keeps with a model


@answered
def versions_holding(store: Store, name: str, look: str) -> list[Contender]:
    """Return the versions of a registered model that know a look or were taught by its photos, oldest first."""
    found = store.client.search_model_versions(f"name = '{name}'")
    held = [one for one in found if any(look in one.tags.get(tag, "").split(", ") for tag in ("creators", "taught"))]
    return [Contender(name, str(one.version), dict(one.tags)) for one in sorted(held, key=lambda one: int(one.version))]


@answered
def revoke(store: Store, one: Contender, why: str) -> None:
    """Tag a version as revoked, and take its titles. From then on nothing loads it."""
    for key, value in {"revoked": "true", "revoked_why": why}.items():
        store.client.set_model_version_tag(one.name, one.version, key, value)
    aliases: dict[str, Any] = store.client.get_registered_model(one.name).aliases
    for title in (CHAMPION, CHALLENGER):
        if str(aliases.get(title)) == one.version:
            store.client.delete_registered_model_alias(one.name, title)
            logger.info("Version %s of %s was @%s, and is no more.", one.version, one.name, title)


def empty(store: Store, one: Contender, why: str) -> None:
    """Remove a version's weights, looks and examples from the store; a note says why in their place.

    Raises:
        RegistryError: when the store has no such files, or does not answer.
        Exception: whatever a store raises that cannot or will not remove files.
    """
    repository, folder = _stored(store, one)
    with tempfile.TemporaryDirectory() as scratch:
        note = Path(scratch, REVOKED)
        note.write_text(f"{why}\n", encoding="utf-8")
        # The note first: a folder of which a kill leaves half is refused all the same.
        repository.log_artifact(str(note), folder)
    examples = [file for file in _files(repository, None) if file.endswith(_EXAMPLE)]  # they name a look
    for file in [*_files(repository, folder), *examples]:
        if not file.endswith(f"/{REVOKED}"):
            repository.delete_artifacts(file)


def remove_pictures(store: Store, experiment_id: str, look: str) -> tuple[int, list[str]]:
    """Remove what nodes of earlier runs left to be looked at, where it may show a creator or their look.

    Kept are those of pipeline runs that have said whom they show (`current.shows`), when the creator was not among
    them. Numbers, parameters and digests stay.

    Returns:
        how many files were removed, and in words what could not be.
    """
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    removed, failures = 0, []
    for nodes in _families(store, experiment_id).values():
        told = [node.data.tags[CREATORS_TAG].split(", ") for node in nodes if CREATORS_TAG in node.data.tags]
        if told and not any(look in names for names in told):
            continue
        for node in nodes:
            repository = get_artifact_repository(node.info.artifact_uri, tracking_uri=store.uri)
            try:
                for file in list(_files(repository, None)):
                    repository.delete_artifacts(file)
                    removed += 1
            except Exception as error:  # whatever that store raises: the others must still be reached
                where = f"{node.info.run_name} ({node.info.run_id}) in {without_password(store.uri)}"
                failures.append(f"pictures of run {where}: {error}")
    return removed, failures


def _stored(store: Store, one: Contender) -> tuple[Any, str]:
    """Return MLflow's repository of a version's files, and the path of the model folder in it."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    uri = f"models:/{one.name}/{one.version}"
    found = version_at(store, uri)
    with answering(store, uri):
        logged = store.client.get_logged_model(found.source.removeprefix("models:/"))
        repository = get_artifact_repository(logged.artifact_location, tracking_uri=store.uri)
        return repository, path_in(Path(repository.download_artifacts("MLmodel")).parent)


def _families(store: Store, experiment_id: str) -> dict[str, list[Any]]:
    """Return the runs of nodes, by the run of their pipeline; runs that were deleted, but not for good, among them."""
    from mlflow.entities import ViewType

    families: dict[str, list[Any]] = {}
    token = None
    while True:
        page = store.client.search_runs(
            [experiment_id], "tags.`kedro.node` != ''", ViewType.ALL, max_results=1000, page_token=token
        )
        for run in page:
            families.setdefault(run.data.tags.get("mlflow.parentRunId", run.info.run_id), []).append(run)
        if not (token := page.token):
            return families


def _files(repository: Any, folder: str | None) -> Iterable[str]:
    for entry in repository.list_artifacts(folder):
        if entry.is_dir:
            yield from _files(repository, entry.path)
        else:
            yield entry.path
