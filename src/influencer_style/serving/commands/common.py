"""What the commands share: the option that names a model, how it is opened, how they complain."""

from __future__ import annotations

import argparse
import sys

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


def open_stylist(model: str, likeness: Mode = "warn") -> Stylist | None:
    """Return the Stylist of a model; None, after a complaint, when there is none."""
    from influencer_style.networks.bundle import BundleError

    # A StylistError: the model rests on somebody who has withdrawn, or the consent ledger cannot be read.
    unusable: tuple[type[Exception], ...] = (BundleError, StylistError)
    if model.startswith("models:/"):
        from influencer_style.tracking.registry import RegistryError

        unusable += (RegistryError,)
    try:
        return Stylist.load(model, likeness)
    except unusable as error:
        complain(error)
        return None


def complain(what: object) -> None:
    """Say what is wrong, on the error output."""
    print(f"influencer-style: {what}", file=sys.stderr)
