"""What the commands share: the option that names a model, how it is opened, how they complain."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from influencer_style.faces.detectors import DETECTORS, YUNET_FILE
from influencer_style.serving.models import DEFAULT_MODEL
from influencer_style.serving.result import StylistError


def model_option() -> argparse.ArgumentParser:
    """Return the parent of every command that needs a model."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="a model folder, or a registered model such as models:/look-transfer@champion (default: %(default)s)",
    )
    return parent


def detector_option() -> argparse.ArgumentParser:
    """Return the parent of every command that finds faces."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--detector",
        choices=DETECTORS,
        help=f"what finds faces (default: what found those that the model was made from); yunet needs {YUNET_FILE}",
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
