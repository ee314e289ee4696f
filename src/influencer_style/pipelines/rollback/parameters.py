"""The parameters of `rollback`."""

from __future__ import annotations

from pydantic import Field

from influencer_style.project.configuration import Section


class RollbackParameters(Section):
    """See conf/base/parameters_rollback.yml."""

    registered_model: str = Field(min_length=1)
    to: str = Field(pattern=r"^\d*$", coerce_numbers_to_str=True)
    why: str
