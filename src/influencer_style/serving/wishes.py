"""What may be asked of a Stylist: which looks, where, for which faces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from influencer_style.serving.result import StylistError
from influencer_style.storage.text import quoted

if TYPE_CHECKING:
    from torch import Tensor

    from influencer_style.faces.detect import Face
    from influencer_style.looks.profile import LookProfiles

Faces = Literal["all", "largest"] | Sequence[int]


def shares_of(look: str | Mapping[str, float], looks: LookProfiles) -> dict[str, float]:
    """Return each look's share of the whole, for the name of a look or a mix of looks.

    Raises:
        StylistError: for an unknown look, or a share out of range.
    """
    shares = {look: 1.0} if isinstance(look, str) else {name: float(share) for name, share in look.items()}
    total = sum(shares.values())
    if not shares or not all(0 <= share < math.inf for share in shares.values()) or not 0 < total < math.inf:
        raise StylistError(f"a mix of looks needs shares of 0 or more that are not all 0, not {dict(shares)}")
    for name in shares:
        if name not in looks.names:
            raise StylistError(f"there is no look {quoted(name)}; choose one of: {', '.join(looks.names)}")
    return {name: share / total for name, share in shares.items()}


def area_weights(regions: Mapping[str, float] | None) -> Tensor | None:
    """Return the weight of each area (`looks.segmenter.AREAS`), (6,); None where all are 1.

    Raises:
        StylistError: for an unknown region, or a weight out of range.
    """
    if not regions:
        return None
    import torch

    from influencer_style.looks.segmenter import AREAS

    for name, weight in regions.items():
        if name not in AREAS:
            raise StylistError(f"there is no region {quoted(name)}; choose of: {', '.join(AREAS)}")
        if not 0 <= weight <= 1:
            raise StylistError(f"region {name} has the weight {weight}; choose 0 (left as it is) to 1")
    return torch.tensor([float(regions.get(name, 1)) for name in AREAS])


def check_faces(faces: Faces) -> None:
    """Refuse a choice of faces that no photo could answer.

    Raises:
        StylistError: for anything but `all`, `largest`, or numbers from 0.
    """
    if isinstance(faces, str):
        sound = faces in ("all", "largest")
    else:
        sound = bool(faces) and all(isinstance(number, int) and number >= 0 for number in faces)
    if not sound:
        raise StylistError(f"faces is {quoted(faces)}; choose all, largest, or numbers from 0, the largest")


def chosen_of(found: list[Face], faces: Faces) -> list[Face]:
    """Return the faces to restyle of those found, largest first; none where none was found.

    Raises:
        StylistError: when a number asks for a face that is not there.
    """
    if faces == "all" or not found:
        return found
    if faces == "largest":
        return found[:1]
    if missing := [number for number in faces if number >= len(found)]:
        raise StylistError(f"there is no face {missing[0]}; the photo has {len(found)}, numbered from 0, the largest")
    return [found[number] for number in sorted(set(faces))]
