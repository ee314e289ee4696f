"""Whether a model folder that somebody handed us is one: plain files, numbers that are numbers, looks with a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from influencer_style.photos.slug import slug

if TYPE_CHECKING:
    from torch import nn

    from influencer_style.looks.profile import LookProfiles

_MAX_TEXT = 64_000_000  # bytes of JSON or Markdown; a thousand looks of a thousand photos have 20 million
_MAX_WEIGHTS = 8_000_000_000  # bytes


def require_files(folder: Path, names: Iterable[str]) -> None:
    """Refuse files that are none, which to open may block or never end, and those too large to be true.

    Raises:
        ValueError: naming the file.
    """
    for name in names:
        if not (folder / name).is_file():
            raise ValueError(f"{name} is missing, or not a regular file")
        if (folder / name).stat().st_size > (_MAX_WEIGHTS if name.endswith(".safetensors") else _MAX_TEXT):
            raise ValueError(f"{name} is too large to be true")


def require_sound(generator: nn.Module, looks: LookProfiles, crop_margin: float) -> None:
    """Refuse weights, looks or a margin that no training leaves.

    Raises:
        ValueError: saying which.
    """
    import torch  # here, because a command line checks the files of a folder without it

    if not 1 <= crop_margin <= 10:
        raise ValueError("its margin is out of range; it must be 1 to 10")
    if not all(bool(torch.isfinite(value).all()) for value in generator.state_dict().values()):
        raise ValueError("its weights are no numbers")
    for name in looks.names:
        if not isinstance(name, str) or slug(name) != name or not isinstance(looks[name].consent, Mapping):
            raise ValueError(f"its look {name!r} has no name or no consent")
        counts = looks.reference.count, looks[name].statistics.count
        if not all(isinstance(count, int) and count >= 1 for count in counts):
            raise ValueError(f"its look {name!r} is of no photos")
        try:
            code = looks.code(name)
        except Exception as error:  # statistics of other shapes or kinds may raise anything
            raise ValueError(f"its look {name!r} tells no style code ({error})") from error
        if code.shape != (generator.config.code,) or not bool(torch.isfinite(code).all()):
            raise ValueError(f"its look {name!r} tells another style code than the generator knows")
