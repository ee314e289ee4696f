"""What the commands share: the option that names a model, and how it is opened."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from influencer_style.commands.output import complain
from influencer_style.faces.detectors import DETECTORS, YUNET_FILE
from influencer_style.stylist.models import DEFAULT_MODEL

_ERRORS = {
    "influencer_style.stylist.export_folder": "ExportError",
    "influencer_style.networks.folder": "BundleError",
    "influencer_style.consent.audit_row": "AuditError",
    "influencer_style.provenance.manifest": "SigningError",
    "influencer_style.provenance.signer": "CredentialsError",
    "influencer_style.batches.gathering": "BatchError",
    "influencer_style.stylist.result": "StylistError",
    "influencer_style.project.folder": "ConfigurationError",
    "influencer_style.tracking.registry.errors": "RegistryError",
}


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
    # A module that is not loaded has raised nothing: to import it here would only make a wrong command slow.
    return tuple(getattr(sys.modules[home], name) for home, name in _ERRORS.items() if home in sys.modules)


def all_missing(paths: Sequence[str | Path]) -> bool:
    """Return whether not one of these files or folders exists; complain of each then."""
    if any(os.path.lexists(os.path.expanduser(path)) for path in paths):
        return False
    for path in paths:
        complain(f"{path}: there is no such file or folder; check the name")
    return True
