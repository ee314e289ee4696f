"""What a withdrawal does to the store: it revokes and empties versions that rest on a creator, and removes pictures."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlflow.entities import Run, ViewType
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from influencer_style.networks.folder import REVOKED
from influencer_style.tracking.config import without_password
from influencer_style.tracking.current import CREATORS_TAG
from influencer_style.tracking.registry.champion import CHALLENGER, CHAMPION, Contender, tag_version
from influencer_style.tracking.registry.versions import answered, answering, model_id_of, path_in, version_at
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)
_EXAMPLE = "input_example.json"  # and serving_input_example.json: requests that MLflow keeps with a model


@answered
def versions_holding(store: Store, name: str, look: str) -> list[Contender]:
    """Return the versions of a registered model that offer a look or learnt from its photos, oldest first."""
    found = store.client.search_model_versions(f"name = '{name}'")
    held = [one for one in found if any(look in one.tags.get(tag, "").split(", ") for tag in ("creators", "taught"))]
    return [Contender(name, str(one.version), dict(one.tags)) for one in sorted(held, key=lambda one: int(one.version))]


@answered
def revoke(store: Store, one: Contender, why: str) -> None:
    """Tag a version as revoked, and remove its aliases. From then on nothing loads it."""
    tag_version(store, one, {"revoked": "true", "revoked_why": why})
    aliases = store.client.get_registered_model(one.name).aliases
    for title in (CHAMPION, CHALLENGER):
        if str(aliases.get(title)) == one.version:
            store.client.delete_registered_model_alias(one.name, title)
            logger.info("Version %s of %s is no longer @%s.", one.version, one.name, title)


def empty(store: Store, one: Contender, why: str) -> None:
    """Remove a version's weights, looks and examples from the store, and leave a note with the reason.

    Raises RegistryError if the store has no such files or does not answer, and whatever a store raises that cannot or
    will not remove files.
    """
    repository, folder = _stored(store, one)
    with tempfile.TemporaryDirectory() as scratch:
        note = Path(scratch, REVOKED)
        note.write_text(f"{why}\n", encoding="utf-8")
        # The note first: a folder that a kill leaves half empty is refused all the same.
        repository.log_artifact(str(note), folder)
    examples = [file for file in _files(repository, None) if file.endswith(_EXAMPLE)]  # they name a look
    for file in [*_files(repository, folder), *examples]:
        if not file.endswith(f"/{REVOKED}"):
            repository.delete_artifacts(file)


def remove_pictures(store: Store, experiment_id: str, look: str) -> tuple[int, list[str]]:
    """Remove the pictures and pages of earlier runs' nodes that may show a creator or their look.

    Those of pipeline runs that recorded whom they show (`current.shows`) stay if the creator is not among them.
    Numbers, parameters and digests stay. Returns how many files were removed, and a sentence for each failure.
    """
    removed, failures = 0, []
    for nodes in _families(store, experiment_id).values():
        shown = [node.data.tags[CREATORS_TAG].split(", ") for node in nodes if CREATORS_TAG in node.data.tags]
        if shown and not any(look in names for names in shown):
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


def _stored(store: Store, one: Contender) -> tuple[ArtifactRepository, str]:
    """Return MLflow's repository of a version's files, and the path of the model folder in it."""
    uri = f"models:/{one.name}/{one.version}"
    found = version_at(store, uri)
    with answering(store, uri):
        logged = store.client.get_logged_model(model_id_of(found))
        repository = get_artifact_repository(logged.artifact_location, tracking_uri=store.uri)
        return repository, path_in(Path(repository.download_artifacts("MLmodel")).parent)


def _families(store: Store, experiment_id: str) -> dict[str, list[Run]]:
    """Return the runs of nodes, by the run of their pipeline, with those that MLflow marks as deleted."""
    families: dict[str, list[Run]] = {}
    token = None
    while True:
        page = store.client.search_runs(
            [experiment_id], "tags.`kedro.node` != ''", ViewType.ALL, 1000, page_token=token
        )
        for run in page:
            families.setdefault(run.data.tags.get("mlflow.parentRunId", run.info.run_id), []).append(run)
        if not (token := page.token):
            return families


def _files(repository: ArtifactRepository, folder: str | None) -> Iterator[str]:
    for entry in repository.list_artifacts(folder):
        if entry.is_dir:
            yield from _files(repository, entry.path)
        else:
            yield entry.path
