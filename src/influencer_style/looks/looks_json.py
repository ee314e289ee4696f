"""What `looks.json` holds, checked field by field, because model folders come from strangers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from influencer_style.storage.regular import read_regular

_MOST_BYTES = 64_000_000  # a thousand looks of a thousand photos have 20 million
_Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class Face(_Part):
    """What a look keeps of its creator's face, besides the vector, see `likeness.Likeness`."""

    explained: float
    judge: str


class Look(_Part):
    """One look, see `profile.LookProfile`."""

    slug: str
    creator: str
    count: _Count
    consent: dict[str, Any]
    photos: tuple[str, ...]
    likeness: Face | None = None


class Reference(_Part):
    """The population that looks are measured against."""

    count: _Count
    note: str


class LooksJson(_Part):
    """The whole file."""

    encoder_sha256: str
    groups: list[tuple[int, int]]
    reference: Reference
    looks: list[Look]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            OSError: If it is not a regular file, is too large, or cannot be read.
            ValueError: If a field is missing or of another type.
        """
        return cls.model_validate_json(read_regular(path, _MOST_BYTES))
