"""Versions in the model registry, found and loaded, and its errors with a remedy.

MLflow, SQLAlchemy and sqlite each raise errors of their own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Concatenate, ParamSpec, TypeVar

import mlflow
import yaml
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from influencer_style.project.folder import ConfigurationError
from influencer_style.tracking import current
from influencer_style.tracking.config import project_uri, without_password
from influencer_style.tracking.store import Store

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_LENGTH = 200  # of the store's own message: MLflow quotes whole SQL statements
_REMEDIES = {
    ("locked", "busy"): "another program holds that file; wait until it has finished, or end it, and try again",
    ("not a database", "malformed", "corrupt"): "the file is damaged; restore it from a backup, or move it away and "
    "train anew: kedro run",
    ("readonly", "read-only", "unable to open"): "make sure that this user may read and write that file and its folder",
}
MODEL_FILE = "MLmodel"
_MOST_BYTES = 2**16  # of that file; MLflow writes a thirtieth of it
_PATIENCE_S = 5.0  # whoever wants a model waits longer for a locked file than a run, which continues without tracking
_URI = re.compile(r"models:/([^/@]+)(?:@([\w-]+)|/(\d+))")


class RegistryError(ValueError):
    """A registered model cannot be loaded; the message names the registry and the remedy."""


class NoSuchVersionError(RegistryError):
    """The registry answers, and has no such version."""


@contextmanager
def answering(store: Store, what: str) -> Iterator[None]:
    """Turn what the store raises in the block into a RegistryError that names what was wanted of it."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise RegistryError(
            f"{what} cannot be loaded from {without_password(store.uri)} ({reason[:_LENGTH]}); {_remedy(reason)}"
        ) from error


def answered(
    function: Callable[Concatenate[Store, Parameters], Result],
) -> Callable[Concatenate[Store, Parameters], Result]:
    """Turn what the store, the function's first argument, raises in it into a RegistryError."""

    @wraps(function)
    def guarded(store: Store, /, *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        with answering(store, "what is registered"):
            return function(store, *arguments, **named)

    return guarded


def _remedy(reason: str) -> str:
    for words, remedy in _REMEDIES.items():
        if any(word in reason.lower() for word in words):
            return remedy
    return "train and register one: kedro run, or name a model folder"


def model_folder(uri: str) -> tuple[Path, str]:
    """Return the local model folder of a registered model, such as `models:/look-transfer@champion`, and its version.

    The registry is that of the project around the working folder; outside of a project, the one that
    `MLFLOW_TRACKING_URI` names. The version is in words, such as "look-transfer version 3". Raises RegistryError if
    there is no such model, it was revoked, or the registry does not answer.
    """
    store = project_registry()
    version = version_at(store, uri)
    words = f"{version.name} version {version.version}"
    if version.tags.get("revoked") == "true":
        why = version.tags.get("revoked_why", "a consent that it rests on was withdrawn")
        raise RegistryError(f"{words} was revoked: {why}. Load models:/{version.name}@champion")
    return _folder(store, version), words


def project_registry() -> Store:
    """Return the registry of the project around the working folder, or the one that `MLFLOW_TRACKING_URI` names.

    Raises RegistryError if the project's `mlflow.yml` cannot be used, or MLflow cannot use the folder's name.
    """
    try:
        return Store(project_uri(), patience_s=_PATIENCE_S)
    except ConfigurationError as error:
        raise RegistryError(str(error)) from error
    except UnicodeEncodeError as error:
        raise RegistryError(
            "MLflow cannot work in a folder whose name is not UTF-8; rename it, or name a store in MLFLOW_TRACKING_URI"
        ) from error


def registry() -> Store:
    """Return the registry of the current node's run. Raises RegistryError if that run is not tracked."""
    run = current.node_run()
    if run is None:
        remedy = "set tracking.enabled: true in mlflow.yml, or see the warning above"
        raise RegistryError(f"this run is not tracked, and the registry holds the champion; {remedy}")
    return run.store


def registered_folder(store: Store, uri: str) -> Path:
    """Return the local model folder of a registered model, revoked or not; raises as `model_folder` does."""
    return _folder(store, version_at(store, uri))


def version_at(store: Store, uri: str) -> ModelVersion:
    """Return the version at a registry's URI, revoked or not; raises as `model_folder` does."""
    if not (parts := _URI.fullmatch(uri)):
        raise RegistryError(f"{uri} names no registered model; write models:/NAME@ALIAS or models:/NAME/VERSION")
    name, alias, number = parts.groups()
    with answering(store, uri):
        return find_version(store, name, f"@{alias}" if alias else number)


def find_version(store: Store, name: str, version: str) -> ModelVersion:
    """Return a version of the registered model `name`, by its number or an alias such as `@champion`.

    Raises MlflowException if there is no such version.
    """
    if version.startswith("@"):
        return store.client.get_model_version_by_alias(name, version.removeprefix("@"))
    return store.client.get_model_version(name, version)


@answered
def versions_made_from(store: Store, name: str, fingerprint: str) -> list[ModelVersion]:
    """Return the versions of a registered model with a fingerprint, without revoked ones: their files are gone."""
    found = store.client.search_model_versions(f"name = '{name}' and tags.fingerprint = '{fingerprint}'")
    return [one for one in found if one.tags.get("revoked") != "true"]


def model_id_of(version: ModelVersion) -> str:
    """Return MLflow's id of the logged model that a version stands for."""
    return str(version.source).removeprefix("models:/")


def _folder(store: Store, version: ModelVersion) -> Path:
    # Step by step, because MLflow looks a `models:/` URI up in its global store, whatever store it is given.
    with answering(store, f"models:/{version.name}/{version.version}"):
        logged = store.client.get_logged_model(model_id_of(version))
        local = Path(mlflow.artifacts.download_artifacts(logged.artifact_location, tracking_uri=store.uri))
        return local / path_in(local)


def path_in(logged: Path) -> str:
    """Return where in the files of a logged model (the folder that holds `MLmodel`) the model folder is.

    The files may have come from anybody. Raises RegistryError if `MLmodel` is missing or damaged, or names a place
    outside of that folder.
    """
    file = logged / MODEL_FILE
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError("larger than 64 KiB")
        place: Any = yaml.safe_load(content)["flavors"]["python_function"]["artifacts"]["model"]["path"]
        if not isinstance(place, str):
            raise TypeError("artifacts.model.path is no text")
    except (OSError, ValueError, LookupError, TypeError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise RegistryError(f"{file} cannot be used ({reason}); register the model anew: kedro run") from error
    path = PurePosixPath(place)
    leaves = path.is_absolute() or ".." in path.parts or PureWindowsPath(place).drive or "\\" in place
    if leaves or not (logged / place).resolve().is_relative_to(logged.resolve()):
        outside = f"{file} names a place outside of its folder (artifacts.model.path: {place!r})"
        raise RegistryError(f"{outside}, so it cannot be trusted; register the model anew: kedro run")
    return place
