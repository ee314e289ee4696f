"""What is asked of many photos at once: a look or a reference photo, how strongly, where, and in what format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.stylist.result import StylistError
from influencer_style.version import __version__

if TYPE_CHECKING:
    from influencer_style.stylist.stylist import Stylist

Format = Literal["keep", "jpeg", "png", "webp", "avif"]
_MOST_LABEL = 60  # letters


@dataclass(frozen=True)
class Restyling:
    """What to do with every photo; the arguments of `Stylist.apply`, and the format of the files.

    Attributes:
        look: the name of a look, or a mix of looks with their shares; None with a reference.
        reference: a photo whose look is taken; None with a look.
        strength: 0 (the photo, exactly) to 1.
        seed: draws the variation inside the look; None is the look's centre.
        regions: weight of each region, such as `{"hair": 0.5}`; None is 1 everywhere.
        faces: which faces are restyled: `all`, `largest`, or their numbers, the largest being 0.
        format: of the files; `keep` is the photo's own.
        private: whether place, time and other private metadata of the photos are kept.
    """

    look: str | Mapping[str, float] | None = None
    reference: Path | None = None
    strength: float = 1.0
    seed: int | None = None
    regions: Mapping[str, float] | None = None
    faces: Literal["all", "largest"] | tuple[int, ...] = "all"
    format: Format = "keep"
    private: bool = False

    @property
    def label(self) -> str:
        """The look in a word, for names of files: `aurora`, `aurora70-noir30`, `like-sunset`."""
        if isinstance(self.look, str):
            label = self.look
        elif self.look:
            total = sum(self.look.values())
            label = "-".join(f"{name}{round(100 * share / total)}" for name, share in sorted(self.look.items()))
        else:
            label = f"like-{Path(self.reference or '').stem}"
        return label if len(label) <= _MOST_LABEL else f"{label[: _MOST_LABEL - 9]}-{fingerprint(label)[:8]}"

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `Stylist.apply` beside the photo."""
        names = ("look", "strength", "reference", "regions", "seed", "faces", "private")
        return {name: getattr(self, name) for name in names}

    def check_reference(self) -> None:
        """Refuse a reference that is not a regular file: to open a named pipe would block. Raises StylistError."""
        if self.reference and not os.path.isfile(self.reference):
            raise StylistError(f"{self.reference} is not a file; name another reference")

    def fingerprint(self, stylist: Stylist) -> str:
        """Return what a picture depends on beside its photo, as 16 hex digits: model, likeness guard, face detector,
        wishes and this software.

        Raises:
            StylistError: when the reference photo cannot be read.
        """
        self.check_reference()
        try:
            reference = None if self.reference is None else file_sha256(self.reference)
        except OSError as error:
            raise StylistError(f"{self.reference} cannot be read ({error.strerror}); name another reference") from error
        wishes = self.options | {"reference": reference}
        return fingerprint(__version__, stylist.fingerprint, stylist.guard.mode, stylist.detector, wishes)[:16]
