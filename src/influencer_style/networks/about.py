"""What a generator's file says of itself beside its weights; all of it is text there, and may come from a stranger."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Json


class About(BaseModel):
    """The metadata of `generator.safetensors`, checked field by field.

    Attributes:
        config: arguments of the generator's configuration.
        crop_margin, fingerprint, data_sha256, notes: as `bundle.Bundle` has them.
    """

    config: Json[dict[str, Any]]
    crop_margin: float
    fingerprint: str
    data_sha256: str
    notes: Json[dict[str, str]]
