"""The likeness guard: warns, or refuses, where a result has become the creator's face rather than the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from influencer_style.faces.align import CropTransform, crop_face
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.face_embedding import FACE_JUDGE
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.judges import choose_judge, judge_that_made
from influencer_style.metrics.likeness import likeness, of_photo
from influencer_style.pretrained.catalogue import FETCH
from influencer_style.stylist.errors import LikenessError, StylistError
from influencer_style.stylist.restyling import LIKENESS_MODES, LikenessMode

_REFERENCE = "the reference photo"  # its person among the creators; no look has a name with spaces
_CROP = 128  # px; no judge sees more


class LikenessGuard:
    """Compares each restyled face with the photo's own and with the creators'. Not to be shared between threads.

    The mode `warn` lets a result pass with a notice, `refuse` does not let it pass, `off` does not look. Raises
    StylistError for another mode.
    """

    def __init__(self, mode: str = "warn") -> None:
        if mode not in LIKENESS_MODES:
            raise StylistError(f"likeness is {mode!r}; choose warn, refuse or off")
        self.mode: LikenessMode = mode
        self._judges: dict[str, IdentityJudge | None] = {}  # by digest; None is not on this machine

    def creators(self, looks_used: Iterable[str], looks: LookProfiles) -> tuple[dict[str, Likeness], list[str]]:
        """Return what the looks keep of their creators' faces, and notices about those that cannot be compared.

        Raises LikenessError where one cannot be compared, and what cannot be checked is to be refused.
        """
        if self.mode == "off":
            return {}, []
        kept = {name: looks[name].likeness for name in looks_used}
        usable: dict[str, Likeness] = {}
        for name, own in kept.items():
            judge = self._made(own.judge) if own else None
            if own and judge and len(own.face) == judge.dimension:
                usable[name] = own
        missing = {name: own for name, own in kept.items() if name not in usable}
        made = {name: own for name, own in missing.items() if own and own.judge == FACE_JUDGE}
        absent = [name for name, own in made.items() if self._made(own.judge) is None]
        notices: list[str] = []
        if names := ", ".join(absent):
            why = f"the face embedding, by which the model knows the creator of {names}, is not on this machine"
            notices += self._unchecked(why, f"fetch it: {FETCH}")
        if names := ", ".join(name for name in missing if name not in absent):
            why = f"the model keeps no face of {names} that this release can compare with"
            notices += self._unchecked(why, "train again: kedro run")
        return usable, notices

    def reference(self, photo: np.ndarray, place: CropTransform | None) -> tuple[dict[str, Likeness], list[str]]:
        """Return the face of a reference photo, uint8 (h, w, 3), or a notice where none was found there.

        Raises LikenessError where there is none, and what cannot be checked is to be refused.
        """
        if self.mode == "off":
            return {}, []
        if place is None:
            return {}, self._unchecked("no face was found in the reference photo", "use another reference photo")
        return {_REFERENCE: of_photo(self._of_photographs, crop_face(photo, place, _CROP))}, []

    def examine(
        self, creators: Mapping[str, Likeness], before: np.ndarray, after: np.ndarray, places: Sequence[CropTransform]
    ) -> tuple[dict[str, list[float]], list[str]]:
        """Return by look the share of the way that each face has come to its creator's, and notices.

        Above the threshold of its judge a face has become the creator's. `before` and `after` are the photo and the
        restyled one, uint8 (h, w, 3); `places` says where the restyled faces' crops lie, and the figures are in its
        order. Raises LikenessError where a face has become a creator's, and that is to be refused.
        """
        if not creators or not places:
            return {}, []
        crops = np.stack([crop_face(photo, place, _CROP) for photo in (before, after) for place in places])
        found: dict[str, list[float]] = {}
        notices: list[str] = []
        digests = {face.judge for face in creators.values()}
        judges = {digest: judge for digest in digests if (judge := self._made(digest))}
        embedded = {digest: np.split(judge.embed(crops), 2) for digest, judge in judges.items()}
        for name, face in creators.items():
            photos, results = embedded[face.judge]
            found[name] = likeness(results, photos, face).round(3).tolist()
            whose = name if name == _REFERENCE else f"the creator of {name}"
            threshold = judges[face.judge].scale.threshold
            notices += [
                f"{'the face' if len(places) == 1 else f'face {number} of those restyled (the largest is 0)'} has come "
                f"{figure:.0%} of the way from the photo's own to that of {whose}, beyond what the look "
                f"explains (above {threshold:.0%} it counts as the other's likeness)"
                for number, figure in enumerate(found[name])
                if figure > threshold
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
    def _of_photographs(self) -> IdentityJudge:
        judge = self._made(FACE_JUDGE) or choose_judge(drawn=False)
        self._judges[judge.sha256] = judge
        return judge

    def _made(self, sha256: str) -> IdentityJudge | None:
        """Return the judge that made an embedding; None if it is not on this machine."""
        if sha256 not in self._judges:
            self._judges[sha256] = judge_that_made(sha256)
        return self._judges[sha256]
