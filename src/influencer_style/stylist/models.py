"""Opens a model, from its folder or from the registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle
    from influencer_style.networks.listing import Listing

DEFAULT_MODEL = "data/06_models/look_transfer"

Kind = TypeVar("Kind", bound="Bundle")


def open_model(kind: type[Kind], uri: str | Path) -> tuple[Kind, str, str]:
    """Return a model, where it came from, and which version it is.

    Args:
        kind: `TransferBundle` or `SynthesisBundle`.
        uri: a model folder, or a registered model such as `models:/look-transfer@champion`. A relative folder that is
            not there from the working folder is looked for in the project around it.

    Returns:
        the model; where it came from, for the provenance, without a path of this machine, since strangers read it; and
        its version in words, empty for a model folder.

    Raises:
        BundleError: when there is no usable model at that place.
        RegistryError: when the registry has no such model, or does not answer.
    """
    folder, version = _located(uri)
    return kind.load(folder), str(uri) if _is_registered(uri) else Path(uri).name, version


def open_listing(uri: str | Path, command: str) -> Listing:
    """Return what a model says of its looks, without loading its weights: milliseconds, where a model takes seconds.

    Args:
        uri: as `open_model` takes it; only the registry's addresses load MLflow.
        command: which trains such a model, for messages.

    Raises:
        BundleError, RegistryError: as `open_model` does.
    """
    from influencer_style.networks.listing import read_listing

    return read_listing(_located(uri)[0], command)


def _is_registered(uri: str | Path) -> bool:
    return str(uri).startswith("models:/")


def _located(uri: str | Path) -> tuple[Path, str]:
    """Return a model's folder, and its version in words; empty for a model folder."""
    if not _is_registered(uri):
        return _found(Path(uri)), ""
    from influencer_style.tracking.registry.versions import model_folder

    return model_folder(str(uri))


def _found(folder: Path) -> Path:
    """Return a model folder that is here, or else in the project around the working folder."""
    from influencer_style.project.folder import enclosing_project

    if folder.exists() or (project := enclosing_project()) is None:
        return folder
    return project / folder
