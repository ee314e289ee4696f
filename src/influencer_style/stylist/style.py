"""What holds for every photo that is restyled alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from influencer_style.stylist.result import StylistError, UnrecordedError
from influencer_style.stylist.wishes import Faces

if TYPE_CHECKING:
    from torch import Tensor

    from influencer_style.looks.likeness import Likeness


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
