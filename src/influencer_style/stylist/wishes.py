"""What may be asked of a Stylist: which looks, where, for which faces."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from influencer_style.looks.areas import AREAS
from influencer_style.storage.text import quoted
from influencer_style.stylist.look_names import look_named
from influencer_style.stylist.result import StylistError, UnrecordedError

if TYPE_CHECKING:
    from torch import Tensor

    from influencer_style.faces.detect import Face
    from influencer_style.looks.likeness import Likeness
    from influencer_style.looks.profile import LookProfiles

MOST_PICTURES = 240  # in a sheet: a dozen looks in twenty strengths, or sixty looks in four
Faces = Literal["all", "largest"] | Sequence[int]


@dataclass(frozen=True)
class Style:
    """A checked wish.

    Attributes:
        code: (d,) the style code.
        noise: (k,) z; None is z = 0.
        weights: (6,) of the areas; None is 1 everywhere.
        strength: 0 to 1.
        faces: which ones.
        creators: whose faces a result must not become, by look.
        provenance: what is known before the photo is.
        notices: what holds for every photo.
        permitted: raises StylistError where it may not be used any more.
    """

    code: Tensor
    noise: Tensor | None
    weights: Tensor | None
    strength: float
    faces: Faces
    creators: dict[str, Likeness]
    provenance: dict[str, Any]
    notices: list[str]
    permitted: Callable[[], None]

    def ask_again(self) -> None:
        """Ask whether it may be used for one more photo.

        Raises:
            StylistError: where it may not; UnrecordedError: when that cannot be recorded.
        """
        try:
            self.permitted()
        except UnrecordedError:
            raise
        except StylistError as error:
            raise StylistError(f"{error}; what was made before stays, and no further photo is restyled") from error


def shares_of(look: str | Mapping[str, float], looks: LookProfiles) -> dict[str, float]:
    """Return each look's share of the whole, for a name of a look or a mix of looks, as `look_named` reads names.

    Raises:
        StylistError: for an unknown look, one that is named twice, or a share out of range.
    """
    known = with_names(look, looks.names)
    shares = {known: 1.0} if isinstance(known, str) else {name: float(share) for name, share in known.items()}
    total = sum(shares.values())
    if not shares or not all(0 <= share < math.inf for share in shares.values()) or not 0 < total < math.inf:
        raise StylistError(f"a mix of looks needs shares of 0 or more that are not all 0, not {dict(shares)}")
    return {name: share / total for name, share in shares.items()}


def with_names(look: str | Mapping[str, float], names: Sequence[str]) -> str | dict[str, float]:
    """Return a look or a mix of looks with each name as the model spells it (see `look_named`).

    Raises:
        StylistError: for an unknown look, or one that a mix names twice.
    """
    if isinstance(look, str):
        return look_named(look, names)
    known: dict[str, float] = {}
    for name, share in look.items():
        if (found := look_named(name, names)) in known:
            raise StylistError(f"the mix names look {found} twice; give it one share")
        known[found] = share
    return known


def check_wishes(
    strength: float, regions: Mapping[str, float] | None = None, faces: Faces = "all", seed: int | None = None
) -> None:
    """Refuse what no model and no photo could do. It takes no time: no model is needed.

    Raises:
        StylistError: for a strength or seed out of range, or as `check_regions` and `check_faces` do.
    """
    if not 0 <= strength <= 1:
        raise StylistError(f"strength is {strength}; choose 0 (the photo as it is) to 1 (the whole look)")
    if seed is not None and not 0 <= seed < 2**63:
        raise StylistError("seed is out of range; choose 0 to 2**63 - 1, or none")
    check_regions(regions)
    check_faces(faces)


def check_regions(regions: Mapping[str, float] | None) -> None:
    """Refuse weights of regions that no photo has, or that are out of range.

    Raises:
        StylistError: for an unknown region (they are `looks.areas.AREAS`), or a weight out of range.
    """
    for name, weight in (regions or {}).items():
        if name not in AREAS:
            raise StylistError(f"there is no region {quoted(name)}; choose from: {', '.join(AREAS)}")
        if not 0 <= weight <= 1:
            raise StylistError(f"region {name} has the weight {weight}; choose 0 (left as it is) to 1")


def area_weights(regions: Mapping[str, float] | None) -> Tensor | None:
    """Return the weight of each area (`looks.areas.AREAS`), (6,); None where all are 1. Raises as `check_regions`."""
    check_regions(regions)
    if not regions:
        return None
    import torch

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
        raise StylistError(f"faces is {quoted(faces)}; choose all, largest, or face numbers (0 is the largest face)")


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


def require_room(looks: Sequence[str], strengths: Sequence[float]) -> None:
    """Refuse a comparison of more pictures than a sheet has room for.

    Raises:
        StylistError: naming how many there may be.
    """
    if not 1 <= len(looks) * len(strengths) <= MOST_PICTURES:
        raise StylistError(
            f"{len(looks)} looks in {len(strengths)} strengths do not fit on a sheet of 1 to {MOST_PICTURES} pictures; "
            "name fewer"
        )
