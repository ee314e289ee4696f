"""What can be checked before a model is loaded, which takes seconds: its looks, consents, and where results go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from influencer_style.consent.grant import Scope
from influencer_style.networks.listing import Listing, read_listing
from influencer_style.stylist.errors import ExportError, StylistError
from influencer_style.stylist.look_names import shares_of, with_names
from influencer_style.stylist.models import located
from influencer_style.stylist.permission import Permission

EXPORTED = ("generator.onnx", "looks.json", "card.md")  # the files of an export for apps
MOST_IN_SHEET = 240  # pictures: a dozen looks in twenty strengths, or sixty looks in four


def open_listing(model: str | Path, command: str = "kedro run") -> Listing:
    """Return the looks of a model without loading it, without those of creators who have withdrawn.

    It takes milliseconds, where a model takes seconds. `model` is a folder or a registered model; only the latter loads
    MLflow. Messages name the command, which trains such a model.

    Raises:
        BundleError, RegistryError: When there is no usable model at that place.
        StylistError: When the model rests on somebody who has withdrawn.
    """
    return Permission().without_withdrawn(read_listing(located(model)[0], command))


def check_look(
    model: str | Path,
    look: str | Mapping[str, float],
    stage: str,
    scope: Scope = "transfer",
    command: str = "kedro run",
) -> str | dict[str, float]:
    """Check a look, or a mix of looks with their shares, before the model is loaded; return it as spelled there.

    `stage` is what a refusal is recorded for, `scope` what the consents must cover today; the rest is as in
    `open_listing`.

    Raises:
        StylistError: For an unknown look, or a consent that does not hold.
        BundleError, RegistryError: When there is no usable model.
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
