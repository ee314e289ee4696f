"""The parameters of `withdrawal`, and what it fails with."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from influencer_style.project.configuration import Section


class WithdrawalError(ValueError):
    """A withdrawal cannot be begun, or did not reach all that it should have."""


class WithdrawalParameters(Section):
    """See conf/base/parameters_withdrawal.yml."""

    registered_models: dict[str, Literal["transfer", "synthesis"]] = Field(min_length=1)
