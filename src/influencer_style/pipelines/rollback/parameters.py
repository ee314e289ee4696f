"""The parameters of `rollback`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RollbackParameters(BaseModel):
    """See conf/base/parameters_rollback.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    registered_model: str = Field(min_length=1)
    to: str = Field(pattern=r"^\d*$", coerce_numbers_to_str=True)
    why: str
