"""Parameters of `synthesis_training`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from influencer_style.evaluation.new_faces_gathering import Drawing
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters


class SynthesisJudging(BaseModel):
    """How a generator of new portraits is judged: `evaluation.new_faces_gathering.Drawing`, and what else it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    samples: int = Field(ge=4, le=10_000)
    paths: int = Field(ge=1, le=1_000)
    frames: int = Field(ge=3, le=1_000)
    size: int = Field(ge=64, le=1024)
    truncation: float = Field(gt=0, le=1)
    seed: int = Field(ge=0)
    bootstrap_draws: int = Field(ge=100, le=1_000_000)

    @property
    def drawing(self) -> Drawing:
        """How portraits are drawn to be judged."""
        return Drawing(**self.model_dump(exclude={"bootstrap_draws"}))


class SynthesisParameters(SynthesisTrainingParameters):
    """The parameters of `synthesis_training`; conf/base/parameters_synthesis_training.yml says what each is for."""

    base: str
    adapt: bool
    judging: SynthesisJudging
