"""Parameters of `synthesis_training`."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from influencer_style.adversarial.synthesis_training import SynthesisSettings
from influencer_style.adversarial.trainer import best_device
from influencer_style.metrics.new_faces_gathering import Drawing


class SynthesisJudging(BaseModel):
    """How a generator of new portraits is judged: `metrics.new_faces_gathering.Drawing`, and what else it takes."""

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


class SynthesisParameters(BaseModel):
    """The parameters of `synthesis_training`; conf/base/parameters_synthesis_training.yml says what each is for.

    `loop` holds what `SynthesisSettings` has anyway; `cpu` and `gpu` what belongs to one kind of machine, and goes
    before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: Literal["auto", "cpu", "gpu"]
    base: str
    adapt: bool
    loop: dict[str, Any]
    cpu: dict[str, Any]
    gpu: dict[str, Any]
    judging: SynthesisJudging

    @model_validator(mode="after")
    def _all_are_settings(self) -> SynthesisParameters:
        for own in (self.cpu, self.gpu):
            self._merged(own)
        return self

    @property
    def device(self) -> str:
        """The best that this machine has, but where the profile says `cpu`."""
        return "cpu" if self.profile == "cpu" else best_device()

    @cached_property
    def settings(self) -> SynthesisSettings:
        """Those of the profile in force: `auto` takes `gpu` where there is one."""
        on_cpu = self.profile == "cpu" or (self.profile == "auto" and self.device == "cpu")
        return self._merged(self.cpu if on_cpu else self.gpu)

    def _merged(self, own: dict[str, Any]) -> SynthesisSettings:
        weights = {**self.loop.get("weights", {}), **own.get("weights", {})}
        return TypeAdapter(SynthesisSettings).validate_python({**self.loop, **own, "weights": weights})
