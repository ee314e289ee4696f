"""The parameters of `withdrawal`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class WithdrawalParameters(BaseModel):
    """See conf/base/parameters_withdrawal.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    registered_models: dict[str, Literal["transfer", "synthesis"]] = Field(min_length=1)
