"""How each kind of generator is loaded, served, and rebuilt without a creator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from influencer_style.consent.tombstones import Tombstone
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle
from influencer_style.pipelines.trainings.bases import load_base
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.tracking.registry.served import SYNTHESIS, TRANSFER, Served

Kind = TypeVar("Kind", bound=Bundle)


@dataclass(frozen=True)
class GeneratorKind:
    """A kind of generator.

    Attributes:
        bundle: The class of its model folders, which knows the kind of base that it is rebuilt from.
        served: How its registered models are served.
    """

    bundle: type[Bundle]
    served: Served


KINDS: Mapping[str, GeneratorKind] = MappingProxyType(
    {
        "transfer": GeneratorKind(TransferBundle, TRANSFER),
        "synthesis": GeneratorKind(SynthesisBundle, SYNTHESIS),
    }
)


def base_without(stone: Tombstone, bundle: Kind, folder: str) -> Kind | None:
    """Return the base in a generator's looks except the creator's; None if there can be none.

    Args:
        stone: The tombstone.
        bundle: The generator.
        folder: The base's folder, as a parameter names it; empty for the base that comes with the project.
    """
    left = looks_without(stone, bundle.looks)
    if left is None:
        return None
    photos = sorted(photo for name in left.names for photo in left[name].photos)
    without = replace(bundle, looks=left, data_sha256=fingerprint(photos))
    return without.on_base(load_base(bundle.BASE, folder))


def looks_without(stone: Tombstone, looks: LookProfiles) -> LookProfiles | None:
    """Return the looks of those who stay; None if nobody does."""
    names = [name for name in looks.names if name != stone.slug]
    return looks.only(names) if names else None
