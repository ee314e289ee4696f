"""The likeness guard: warns, or refuses, where a result has become the creator's face rather than the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from influencer_style.faces.align import CropTransform, crop_face
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.identity import IdentityJudge, load_identity_judge
from influencer_style.metrics.likeness import THRESHOLD, likeness, of_photo
from influencer_style.stylist.errors import LikenessError, StylistError
from influencer_style.stylist.restyling import LIKENESS_MODES, LikenessMode

_REFERENCE = "the reference photo"  # its person among the creators; no look has a name with spaces
_CROP = 128  # px; the judge looks at 64


class LikenessGuard:
    """Compares each restyled face with the photo's own and with the creators'. Not to be shared between threads.

    The mode `warn` lets a result pass with a notice, `refuse` does not let it pass, `off` does not look. Raises
    StylistError for another mode.
    """

    def __init__(self, mode: str = "warn") -> None:
        if mode not in LIKENESS_MODES:
            raise StylistError(f"likeness is {mode!r}; choose warn, refuse or off")
        self.mode: LikenessMode = mode

    def creators(self, names: Iterable[str], looks: LookProfiles) -> tuple[dict[str, Likeness], list[str]]:
        """Return what the looks keep of their creators' faces, and a notice about those that keep nothing.

        Raises LikenessError where one keeps nothing, and what cannot be checked is to be refused.
        """
        if self.mode == "off":
            return {}, []
        kept = {name: looks[name].likeness for name in names}
        sha256, width = self._judge.sha256, self._judge.network.dimension
        usable = {name: own for name, own in kept.items() if own and own.judge == sha256 and len(own.face) == width}
        if missing := ", ".join(name for name in kept if name not in usable):
            why = f"the model keeps no face of {missing} that this release can compare with"
            return usable, self._unchecked(why, "train again: kedro run")
        return usable, []

    def reference(self, photo: np.ndarray, place: CropTransform | None) -> tuple[dict[str, Likeness], list[str]]:
        """Return the face of a reference photo, uint8 (h, w, 3), or a notice where none was found there.

        Raises LikenessError where there is none, and what cannot be checked is to be refused.
        """
        if self.mode == "off":
            return {}, []
        if place is None:
            return {}, self._unchecked("no face was found in the reference photo", "use another reference photo")
        return {_REFERENCE: of_photo(self._judge, crop_face(photo, place, _CROP))}, []

    def examine(
        self, creators: Mapping[str, Likeness], before: np.ndarray, after: np.ndarray, places: Sequence[CropTransform]
    ) -> tuple[dict[str, list[float]], list[str]]:
        """Return by look the share of the way that each face has come to its creator's, and notices.

        Above `metrics.likeness.THRESHOLD` a face has become the creator's. `before` and `after` are the photo and the
        restyled one, uint8 (h, w, 3); `places` says where the restyled faces' crops lie, and the figures are in its
        order. Raises LikenessError where a face has become a creator's, and that is to be refused.
        """
        if not creators or not places:
            return {}, []
        crops = [crop_face(photo, place, _CROP) for photo in (before, after) for place in places]
        photos, results = np.split(self._judge.embed(np.stack(crops)), 2)
        found = {name: likeness(results, photos, face).round(3).tolist() for name, face in creators.items()}
        whose = {name: name if name == _REFERENCE else f"the creator of {name}" for name in creators}
        notices = [
            f"{'the face' if len(places) == 1 else f'face {number} of those restyled (the largest is 0)'} has come "
            f"{figure:.0%} of the way from the photo's own to that of {whose[name]}, beyond what the look explains "
            f"(above {THRESHOLD:.0%} it counts as the other's likeness)"
            for name, figures in found.items()
            for number, figure in enumerate(figures)
            if figure > THRESHOLD
        ]
        remedy = "lower the strength"
        if notices and self.mode == "refuse":
            raise LikenessError(f"likeness: {'; '.join(notices)}; {remedy}")
        return found, [f"{notice}; {remedy}, or get the permission of the person it resembles" for notice in notices]

    def _unchecked(self, why: str, remedy: str) -> list[str]:
        if self.mode == "refuse":
            raise LikenessError(f"likeness: whose face a result would be cannot be checked, since {why}; {remedy}")
        return [f"whether the result has become the other's face was not checked: {why}; {remedy}"]

    @cached_property
    def _judge(self) -> IdentityJudge:
        return load_identity_judge()
