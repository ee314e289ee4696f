"""What the commands share: the option that names a model, how it is opened, how they complain."""

from __future__ import annotations

import argparse
import sys

from influencer_style.faces.detectors import DETECTORS, YUNET_FILE, DetectorName
from influencer_style.serving.likeness_guard import Mode
from influencer_style.serving.stylist import DEFAULT_MODEL, Stylist, StylistError


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


def open_stylist(model: str, likeness: Mode = "warn", detector: DetectorName | None = None) -> Stylist | None:
    """Return the Stylist of a model; None, after a complaint, when there is none."""
    from influencer_style.networks.bundle import BundleError
    from influencer_style.tracking.config import ConfigurationError

    unusable: tuple[type[Exception], ...] = (BundleError, StylistError, ConfigurationError)
    if model.startswith("models:/"):
        from influencer_style.tracking.registry import RegistryError

        unusable += (RegistryError,)
    try:
        return Stylist.load(model, likeness, detector)
    except unusable as error:
        complain(error)
        return None


def complain(what: object) -> None:
    """Say what is wrong, on the error output."""
    print(f"influencer-style: {what}", file=sys.stderr)
