"""The parameters of `evaluation`."""

from pydantic import Field

from influencer_style.project.configuration import Section


class EvaluationParameters(Section):
    """See conf/base/parameters_evaluation.yml."""

    size: int = Field(ge=32, le=1024)
    most_people: int = Field(ge=1, le=10_000)
    neural_style_people: int = Field(ge=0, le=10_000)
    bootstrap_draws: int = Field(ge=100, le=1_000_000)
    seed: int = Field(ge=0, lt=2**32)
    sheet_people: int = Field(ge=1, le=64)
    report_people: int = Field(ge=1, le=64)
