"""What the commands share: the option that names a model, how it is opened, how they complain."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from influencer_style.serving.models import DEFAULT_MODEL
from influencer_style.serving.permission import Permission
from influencer_style.serving.result import StylistError

if TYPE_CHECKING:
    from influencer_style.networks.listing import Listing
    from influencer_style.photos.consent import Scope


def model_option() -> argparse.ArgumentParser:
    """Return the parent of every command that needs a model."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="a model folder, or a registered model such as models:/look-transfer@champion (default: %(default)s)",
    )
    return parent


def command_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose message tells the user what to do. Whatever else is raised is a fault of this program."""
    from influencer_style.networks.export_folder import ExportError
    from influencer_style.networks.folder import BundleError
    from influencer_style.photos.audit_log import AuditError
    from influencer_style.provenance.manifest import SigningError
    from influencer_style.provenance.signer import CredentialsError
    from influencer_style.serving.gathering import BatchError
    from influencer_style.tracking.config import ConfigurationError
    from influencer_style.tracking.registry import RegistryError

    own = (StylistError, BatchError, BundleError, ExportError, RegistryError, ConfigurationError)
    return (*own, AuditError, CredentialsError, SigningError)


def open_listing(model: str, command: str = "kedro run") -> Listing:
    """Return the looks of a model without loading it, those of creators who have withdrawn left out.

    Args:
        model: a model folder, or a registered model.
        command: which trains such a model, for messages.

    Raises:
        BundleError, RegistryError: when there is no usable model at that place.
        StylistError: when the model rests on somebody who has withdrawn.
    """
    from influencer_style.serving import models

    return Permission().without_withdrawn(models.open_listing(model, command))


def check_look(
    model: str,
    look: str | Mapping[str, float],
    stage: str,
    scope: Scope = "transfer",
    command: str = "kedro run",
) -> str | dict[str, float]:
    """Check a look, or a mix of looks, before the model is loaded; return it with each name as the model spells it.

    Args:
        model: as `open_listing` takes it.
        look: a name, or a mix of looks with their shares.
        stage: for the record of a refusal.
        scope: what the looks' consents must cover today.
        command: which trains such a model, for messages.

    Raises:
        StylistError: for an unknown look, a share out of range, or a consent that does not hold.
        BundleError, RegistryError: when there is no usable model.
    """
    from influencer_style.serving.wishes import shares_of, with_names

    listing = open_listing(model, command)
    Permission(stage).check(listing, shares_of(look, listing.looks), scope)
    return with_names(look, listing.looks.names)


def all_missing(paths: Sequence[str | Path]) -> bool:
    """Return whether not one of these files or folders exists; complain of each then."""
    if any(os.path.lexists(os.path.expanduser(path)) for path in paths):
        return False
    for path in paths:
        complain(f"{path}: there is no such file or folder; check the name")
    return True


def complain(what: object) -> None:
    """Say what is wrong, on the error output."""
    print(f"influencer-style: {what}", file=sys.stderr)
