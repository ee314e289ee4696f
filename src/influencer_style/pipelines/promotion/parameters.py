"""The parameters of `promotion`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from influencer_style.evaluation.verdict import Rules
from influencer_style.project.configuration import Section

Metric = Literal[
    "delta_e",
    "delta_e_skin",
    "delta_e_hair",
    "ssim",
    "psnr",
    "structure",
    "identity",
    "structure_to_input",
    "known_looks",
]
Margin = Annotated[float, Field(ge=0)]  # no number is worse than NaN: such a rule would never fail


class RuleParameters(Section):
    """See `verdict.Rules`."""

    main: Metric
    each_look: Margin
    guarded: dict[Metric, Margin]

    @property
    def rules(self) -> Rules:
        """The rules as `verdict.decide` takes them."""
        return Rules(self.main, self.each_look, {str(metric): margin for metric, margin in self.guarded.items()})


class PromotionParameters(Section):
    """See conf/base/parameters_evaluation.yml."""

    registered_model: str = Field(min_length=1)
    challenger: str = Field(pattern=r"^(@\w+|\d+)$", coerce_numbers_to_str=True)
    champion: str = Field(pattern=r"^(@\w+|\d+)$", coerce_numbers_to_str=True)
    size: int = Field(ge=32, le=1024)
    most_people: int = Field(ge=1, le=10_000)
    bootstrap_draws: int = Field(ge=100, le=1_000_000)
    seed: int = Field(ge=0, lt=2**32)
    with_truth: RuleParameters
    without_truth: RuleParameters
