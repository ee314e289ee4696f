"""The parameters of `withdrawal`, and what it fails with."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class WithdrawalError(ValueError):
    """A withdrawal cannot be begun, or did not reach all that it should have."""


class WithdrawalParameters(BaseModel):
    """See conf/base/parameters_withdrawal.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    registered_models: dict[str, Literal["transfer", "synthesis"]] = Field(min_length=1)
