"""Opens a model, from its folder or from the registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle

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
    if str(uri).startswith("models:/"):
        from influencer_style.tracking.registry import model_folder

        folder, version = model_folder(str(uri))
        return kind.load(folder), str(uri), version
    return kind.load(_found(Path(uri))), Path(uri).name, ""


def _found(folder: Path) -> Path:
    from influencer_style.tracking.config import project_folder

    if folder.exists() or (project := project_folder()) is None:
        return folder
    return project / folder
