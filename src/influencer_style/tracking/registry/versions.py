"""The model registry: a generator becomes a version that anybody can load, serve and trace back to its run."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

from influencer_style.project.folder import ConfigurationError
from influencer_style.storage.atomic import temporary_folder
from influencer_style.tracking import current
from influencer_style.tracking.config import project_uri
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.errors import RegistryError, answered, answering
from influencer_style.tracking.registry.logged_model import path_in, write_files
from influencer_style.tracking.registry.served import TRANSFER, Served
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)

TAG_LENGTH = 500
_PATIENCE_S = 5.0  # whoever wants a model waits longer for a locked file than a run, which goes on without its tracking
_URI = re.compile(r"models:/([^/@]+)(?:@([\w-]+)|/(\d+))")


def register_generator(
    folder: str | Path,
    name: str,
    tags: dict[str, str],
    card: str,
    metrics: dict[str, float] | None = None,
    served: Served = TRANSFER,
) -> str | None:
    """Register a model folder as a version of the registered model `name`, linked to the run of the current node.

    The first version becomes `@champion`, a later one `@challenger`. A folder whose `fingerprint` tag is registered
    already is not registered again. A registry that fails is one warning: the folder stays. The files come first, then
    the version, then its title: a kill in between leaves no version without files, and the next call goes on.

    Args:
        folder: the model folder, complete.
        name: the registered model's name.
        tags: the version's tags, `fingerprint` among them.
        card: the version's description, Markdown.
        metrics: numbers to keep with the model.
        served: how such a model is served.

    Returns:
        The version; None where nothing is tracked, or the registry failed.
    """
    run = current.node_run()
    if run is None:
        logger.info("%s is not registered as %s: this run is not tracked.", folder, name)
        return None
    return run.store.attempt(
        f"registering {name}",
        lambda: _register(run, Path(folder), name, tags, card, metrics or {}, served),
        urgent=True,
    )


def is_registered(name: str) -> bool:
    """Return whether the registry of the current node's run has a champion of `name`, or there is no registry to ask.

    A first version that is not champion is one whose registration was interrupted.
    """
    run = current.node_run()
    if run is None:
        return True

    def look() -> bool:
        found = run.store.client.search_registered_models(f"name = '{name}'")
        return any("champion" in model.aliases for model in found)

    found = run.store.attempt(f"looking {name} up", look)
    return found is None or found


def _register(
    run: NodeRun,
    folder: Path,
    name: str,
    tags: dict[str, str],
    card: str,
    metrics: dict[str, float],
    served: Served,
) -> str:
    import mlflow

    # The registry looks a model's source up in MLflow's global store, whatever store its client has.
    mlflow.set_tracking_uri(run.store.uri)
    client = run.store.client
    model = _registered_model(client, name, served.description)
    found = versions_made_from(run.store, name, tags["fingerprint"])
    if found:
        version = str(found[0].version)
        logger.info("%s is version %s of %s already.", folder, version, name)
    else:
        model_id = _log_model(run, folder, name, tags, metrics, served)
        source = f"models:/{model_id}"
        version = str(
            client.create_model_version(name, source, run.run_id, tags, description=card, model_id=model_id).version
        )
        link = json.dumps([{"name": name, "version": version}])
        client.set_logged_model_tags(model_id, {"mlflow.modelVersions": link})
    if "champion" not in model.aliases:
        client.set_registered_model_alias(name, "champion", version)
        logger.info("%s is now version %s of %s, its @champion.", folder, version, name)
    elif version not in (str(title) for title in model.aliases.values()):
        client.set_registered_model_alias(name, "challenger", version)
        logger.info("%s is now version %s of %s, its @challenger; evaluation judges it.", folder, version, name)
    return version


def model_folder(uri: str) -> tuple[Path, str]:
    """Return the local model folder of a registered model, such as `models:/look-transfer@champion`, and its version.

    The registry is that of the project around the working folder; outside of a project, the one that
    `MLFLOW_TRACKING_URI` names. The version is in words, such as "look-transfer version 3".

    Raises:
        RegistryError: when there is no such model, it was revoked, or the registry does not answer.
    """
    store = project_registry()
    version = version_at(store, uri)
    words = f"{version.name} version {version.version}"
    if version.tags.get("revoked") == "true":
        why = version.tags.get("revoked_why", "a consent that it rests on was withdrawn")
        raise RegistryError(f"{words} was revoked: {why}. Load models:/{version.name}@champion")
    return _folder(store, version), words


def project_registry() -> Store:
    """Return the registry of the project around the working folder, else the one that `MLFLOW_TRACKING_URI` names.

    Raises:
        RegistryError: when the project's `mlflow.yml` cannot be used, or the folder's name not by MLflow.
    """
    try:
        return Store(project_uri(), patience_s=_PATIENCE_S)
    except ConfigurationError as error:
        raise RegistryError(str(error)) from error
    except UnicodeEncodeError as error:
        raise RegistryError(
            "MLflow cannot work in a folder whose name is not UTF-8; rename it, or name a store in MLFLOW_TRACKING_URI"
        ) from error


def registered_folder(store: Store, uri: str) -> Path:
    """Return the local model folder of a registered model in a store, revoked or not; raises as `model_folder` does."""
    return _folder(store, version_at(store, uri))


def version_at(store: Store, uri: str) -> Any:
    """Return MLflow's version of a registered model; raises as `model_folder` does, but for revoked ones."""
    if not (asked := _URI.fullmatch(uri)):
        raise RegistryError(f"{uri} names no registered model; write models:/NAME@ALIAS or models:/NAME/VERSION")
    name, alias, number = asked.groups()
    with answering(store, uri):
        return find_version(store, name, f"@{alias}" if alias else number)


def _folder(store: Store, version: Any) -> Path:
    import mlflow

    # Step by step, because MLflow looks a `models:/` address up in its global store, whatever store it is given.
    with answering(store, f"models:/{version.name}/{version.version}"):
        logged = store.client.get_logged_model(version.source.removeprefix("models:/"))
        local = Path(mlflow.artifacts.download_artifacts(logged.artifact_location, tracking_uri=store.uri))
        return local / path_in(local)


def find_version(store: Store, name: str, asked: str) -> Any:
    """Return MLflow's version of a registered model.

    Args:
        store: the registry.
        name: of the registered model.
        asked: a number, or an alias such as `@champion`.

    Raises:
        MlflowException: when there is no such version.
    """
    if asked.startswith("@"):
        return store.client.get_model_version_by_alias(name, asked.removeprefix("@"))
    return store.client.get_model_version(name, asked)


@answered
def versions_made_from(store: Store, name: str, fingerprint: str) -> list[Any]:
    """Return MLflow's versions of a registered model that were made from what `fingerprint` stands for.

    Revoked ones are none of them: their files are gone.
    """
    found = store.client.search_model_versions(f"name = '{name}' and tags.fingerprint = '{fingerprint}'")
    return [one for one in found if one.tags.get("revoked") != "true"]


def registry() -> Store:
    """Return the registry of the current node's run.

    Raises:
        RegistryError: when that run is not tracked.
    """
    run = current.node_run()
    if run is None:
        raise RegistryError(
            "this run is not tracked, and titles live in the registry; set tracking.enabled: true in mlflow.yml, or "
            "see the warning above"
        )
    return run.store


def _registered_model(client: Any, name: str, description: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    return client.create_registered_model(name, description=description)


def _log_model(
    run: NodeRun, folder: Path, name: str, tags: dict[str, str], metrics: dict[str, float], served: Served
) -> str:
    """Write the served model into the store, as an output of the run, and return its id.

    The steps of `mlflow.pyfunc.log_model`, without its global state (active run, current store).
    """
    from mlflow.entities import LoggedModelOutput

    client = run.store.client
    logged = client.create_logged_model(
        run.experiment_id,
        name=name,
        source_run_id=run.run_id,
        tags={key: value[:TAG_LENGTH] for key, value in tags.items()},
        model_type="generator",
    )
    status = "FAILED"
    try:
        with temporary_folder(folder) as scratch:
            written = scratch / "model"
            write_files(written, folder, name, served, run.run_id, logged.model_id)
            client.log_model_artifacts(logged.model_id, str(written))
        status = "READY"
    finally:
        client.finalize_logged_model(logged.model_id, status)
    client.log_outputs(run.run_id, [LoggedModelOutput(logged.model_id, step=0)])
    for key, value in metrics.items():
        client.log_metric(run.run_id, key, value, model_id=logged.model_id)
    return logged.model_id
