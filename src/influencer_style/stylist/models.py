"""Opens a model, from its folder or from the registry, and checks what can be checked before that.

A model takes seconds to load; its looks, their consents, and where results go are known in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from influencer_style.consent.grant import Scope
from influencer_style.networks.listing import Listing, read_listing
from influencer_style.project.folder import enclosing_project
from influencer_style.stylist.errors import ExportError, StylistError
from influencer_style.stylist.look_names import shares_of, with_names
from influencer_style.stylist.permission import Permission

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle

DEFAULT_TRANSFER = "data/06_models/look_transfer"
DEFAULT_SYNTHESIS = "data/06_models/look_synthesis"
EXPORTED = ("generator.onnx", "looks.json", "card.md")  # the files of an export for apps
MOST_IN_SHEET = 240  # pictures: a dozen looks in twenty strengths, or sixty looks in four

Kind = TypeVar("Kind", bound="Bundle")


class LoadedModel(NamedTuple, Generic[Kind]):
    """A model, and what a picture's provenance says of it.

    The source has no path of this machine, since strangers read it; the version is one such as `look-transfer version
    3`, empty for a model folder.
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
    folder, version = _located(uri)
    return LoadedModel(kind.load(folder), str(uri) if _is_registered(uri) else Path(uri).name, version)


def open_listing(model: str | Path, command: str = "kedro run") -> Listing:
    """Return the looks of a model without loading it, without those of creators who have withdrawn.

    It takes milliseconds, where a model takes seconds. `model` is a folder or a registered model; only the latter loads
    MLflow. Messages name the command, which trains such a model. Raises BundleError or RegistryError when there is no
    usable model at that place, StylistError when the model rests on somebody who has withdrawn.
    """
    return Permission().without_withdrawn(read_listing(_located(model)[0], command))


def check_look(
    model: str | Path,
    look: str | Mapping[str, float],
    stage: str,
    scope: Scope = "transfer",
    command: str = "kedro run",
) -> str | dict[str, float]:
    """Check a look, or a mix of looks with their shares, before the model is loaded; return it as spelled there.

    `stage` is what a refusal is recorded for, `scope` what the consents must cover today; the rest is as in
    `open_listing`, also the errors. Raises StylistError for an unknown look, or a consent that does not hold.
    """
    listing = open_listing(model, command)
    Permission(stage).check(listing, shares_of(look, listing.looks.names), scope)
    return with_names(look, listing.looks.names)


def require_room(looks: Sequence[str], strengths: Sequence[float]) -> None:
    """Refuse a comparison of more pictures than a sheet has room for. Raises StylistError."""
    if not 1 <= len(looks) * len(strengths) <= MOST_IN_SHEET:
        wanted = f"{len(looks)} looks in {len(strengths)} strengths"
        raise StylistError(f"{wanted} do not fit on a sheet of 1 to {MOST_IN_SHEET} pictures; name fewer")


def require_free(folder: Path) -> None:
    """Refuse a folder for an export that holds anything but an earlier export.

    Raises ExportError, which names the folder and the first files in the way.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ExportError(f"{folder} is not a folder of its own; name another")
    others = sorted(path.name for path in folder.iterdir() if path.name not in EXPORTED) if folder.is_dir() else []
    if others:
        raise ExportError(f"{folder} holds other files ({', '.join(others[:3])}), which are not replaced; name another")


def _is_registered(uri: str | Path) -> bool:
    return str(uri).startswith("models:/")


def _located(uri: str | Path) -> tuple[Path, str]:
    """Return a model's folder, and its version in words; empty for a model folder."""
    if _is_registered(uri):
        from influencer_style.tracking.registry.versions import model_folder  # noqa: PLC0415 - MLflow takes seconds

        return model_folder(str(uri))
    folder = Path(uri)
    if folder.exists() or (project := enclosing_project()) is None:
        return folder, ""
    return project / folder, ""
