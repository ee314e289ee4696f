"""A generator becomes a version of a registered model, which anybody can load, serve and trace back to its run."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import RegisteredModel
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from influencer_style.networks.card import Task
from influencer_style.storage.atomic import temporary_folder
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.champion import CHALLENGER, CHAMPION
from influencer_style.tracking.registry.served import PACKAGE, SERVED, Served, requirements
from influencer_style.tracking.registry.versions import MODEL_FILE, versions_made_from

logger = logging.getLogger(__name__)

TAG_LENGTH = 500


@dataclass(frozen=True)
class _Generator:
    """A generator to register: the arguments of `register_generator`."""

    folder: Path
    name: str
    tags: dict[str, str]
    card: str
    served: Served


def register_generator(
    folder: str | Path, name: str, tags: dict[str, str], card: str, task: Task = "transfer"
) -> str | None:
    """Register a model folder as a version of the registered model `name`, linked to the run of the current node.

    The first version becomes `@champion`, a later one `@challenger`. A folder whose `fingerprint` tag is registered
    already is not registered again. A registry that fails is one warning: the folder stays. The files come first, then
    the version, then its alias: a kill in between leaves no version without files, and the next call continues.

    Args:
        folder: The model folder, complete.
        name: The registered model's name.
        tags: The version's tags, `fingerprint` among them.
        card: The version's description, Markdown.
        task: What such a model does, which decides how it is served.

    Returns:
        The version; None where nothing is tracked, or the registry failed.
    """
    run = current.node_run()
    if run is None:
        logger.info("%s is not registered as %s: this run is not tracked.", folder, name)
        return None
    generator = _Generator(Path(folder), name, tags, card, SERVED[task])
    return run.store.attempt(f"registering {name}", lambda: _register(run, generator), urgent=True)


def is_registered(name: str) -> bool:
    """Return whether `name` has a champion in the registry of the current run; True where there is no registry.

    A first version that is not champion is one whose registration was interrupted.
    """
    run = current.node_run()
    if run is None:
        return True
    client = run.store.client
    found = run.store.attempt(
        f"looking {name} up",
        lambda: any(CHAMPION in model.aliases for model in client.search_registered_models(f"name = '{name}'")),
    )
    return found is None or found


def _register(run: NodeRun, generator: _Generator) -> str:
    # The registry looks a model's source up in MLflow's global store, whatever store its client has.
    mlflow.set_tracking_uri(run.store.uri)
    client, name = run.store.client, generator.name
    model = _registered_model(client, name, generator.served.description)
    found = versions_made_from(run.store, name, generator.tags["fingerprint"])
    if found:
        version = str(found[0].version)
        logger.info("%s is version %s of %s already.", generator.folder, version, name)
    else:
        version = _new_version(run, generator)
    if CHAMPION not in model.aliases:
        client.set_registered_model_alias(name, CHAMPION, version)
        logger.info("%s is now version %s of %s, its @champion.", generator.folder, version, name)
    elif version not in map(str, model.aliases.values()):
        client.set_registered_model_alias(name, CHALLENGER, version)
        words = "%s is now version %s of %s, its @challenger; evaluation judges it."
        logger.info(words, generator.folder, version, name)
    return version


def _registered_model(client: MlflowClient, name: str, description: str) -> RegisteredModel:
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    return client.create_registered_model(name, description=description)


def _new_version(run: NodeRun, generator: _Generator) -> str:
    client, name = run.store.client, generator.name
    model_id = _log_model(run, generator)
    made = client.create_model_version(
        name, f"models:/{model_id}", run.run_id, generator.tags, description=generator.card, model_id=model_id
    )
    version = str(made.version)
    client.set_logged_model_tags(model_id, {"mlflow.modelVersions": json.dumps([{"name": name, "version": version}])})
    return version


def _log_model(run: NodeRun, generator: _Generator) -> str:
    """Write the served model into the store, as an output of the run, and return its id.

    These are the steps of `mlflow.pyfunc.log_model`, without its global state (active run, current store).
    """
    client, (experiment_id, run_id) = run.store.client, run.ids()
    logged = client.create_logged_model(
        experiment_id,
        name=generator.name,
        source_run_id=run_id,
        tags={key: value[:TAG_LENGTH] for key, value in generator.tags.items()},
        model_type="generator",
    )
    status = LoggedModelStatus.FAILED
    try:
        with temporary_folder(generator.folder) as scratch:
            written = scratch / "model"
            _write_files(written, generator, run_id, logged.model_id)
            client.log_model_artifacts(logged.model_id, str(written))
        status = LoggedModelStatus.READY
    finally:
        client.finalize_logged_model(logged.model_id, status)
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    return logged.model_id


def _write_files(written: Path, generator: _Generator, run_id: str, model_id: str) -> None:
    """Write what MLflow needs to serve a model into the new folder `written`, with nothing about this machine."""
    mlflow.pyfunc.save_model(
        written,
        mlflow_model=Model(artifact_path=generator.name, model_uuid=model_id, model_id=model_id, run_id=run_id),
        python_model=str(generator.served.file),
        artifacts={"model": str(generator.folder)},
        code_paths=[str(PACKAGE)],
        pip_requirements=requirements(),
        input_example=[generator.served.example(generator.folder)],
    )
    # MLflow records where the files came from, and does not read that again.
    described = Model.load(str(written))
    function = described.flavors["python_function"]
    function["model_code_path"] = generator.served.file.name
    function["artifacts"]["model"]["uri"] = function["artifacts"]["model"]["path"]
    described.save(str(written / MODEL_FILE))
