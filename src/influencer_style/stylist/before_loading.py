"""What can be asked of a model without loading it, which takes seconds: its looks, and whether one may be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from influencer_style.stylist import models
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.wishes import shares_of, with_names

if TYPE_CHECKING:
    from influencer_style.consent.grant import Scope
    from influencer_style.networks.listing import Listing


def open_listing(model: str | Path, command: str = "kedro run") -> Listing:
    """Return the looks of a model without loading it, those of creators who have withdrawn left out.

    Args:
        model: a model folder, or a registered model.
        command: which trains such a model, for messages.

    Raises:
        BundleError, RegistryError: when there is no usable model at that place.
        StylistError: when the model rests on somebody who has withdrawn.
    """
    return Permission().without_withdrawn(models.open_listing(model, command))


def check_look(
    model: str | Path,
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
    listing = open_listing(model, command)
    Permission(stage).check(listing, shares_of(look, listing.looks), scope)
    return with_names(look, listing.looks.names)
