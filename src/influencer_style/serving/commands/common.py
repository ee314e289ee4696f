"""What the commands share: the option that names a model, and how it is opened."""

from __future__ import annotations

import argparse

from influencer_style.serving.commands.output import complain
from influencer_style.serving.likeness_guard import Mode
from influencer_style.serving.stylist import DEFAULT_MODEL, Stylist


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

    unusable: tuple[type[Exception], ...] = (BundleError,)
    if model.startswith("models:/"):
        from influencer_style.tracking.registry import RegistryError

        unusable += (RegistryError,)
    try:
        return Stylist.load(model, likeness)
    except unusable as error:
        complain(error)
        return None
