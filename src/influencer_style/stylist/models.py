"""Opens a model, from its folder or from the registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from influencer_style.project.folder import enclosing_project

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle

DEFAULT_TRANSFER = "data/06_models/look_transfer"
DEFAULT_SYNTHESIS = "data/06_models/look_synthesis"

Kind = TypeVar("Kind", bound="Bundle")


class LoadedModel(NamedTuple, Generic[Kind]):
    """A model, and what a picture's provenance says of it.

    Attributes:
        bundle: The model.
        source: Where it came from, without a path of this machine, since strangers read it.
        version: Which registered version it is, such as `look-transfer version 3`; empty for a model folder.
    """

    bundle: Kind
    source: str = ""
    version: str = ""


def open_model(kind: type[Kind], uri: str | Path) -> LoadedModel[Kind]:
    """Load a model.

    Args:
        kind: `TransferBundle` or `SynthesisBundle`.
        uri: A model folder, or a registered model such as `models:/look-transfer@champion`. A relative folder that
            does not exist in the working folder is looked for in the project around it.

    Raises:
        BundleError: When there is no usable model at that place.
        RegistryError: When the registry has no such model, or does not answer.
    """
    folder, version = located(uri)
    return LoadedModel(kind.load(folder), str(uri) if _is_registered(uri) else Path(uri).name, version)


def _is_registered(uri: str | Path) -> bool:
    return str(uri).startswith("models:/")


def located(uri: str | Path) -> tuple[Path, str]:
    """Return a model's folder, and its version in words; empty for a model folder."""
    if _is_registered(uri):
        from influencer_style.tracking.registry.versions import model_folder  # noqa: PLC0415 - MLflow takes seconds

        return model_folder(str(uri))
    folder = Path(uri)
    if folder.exists() or (project := enclosing_project()) is None:
        return folder, ""
    return project / folder, ""
