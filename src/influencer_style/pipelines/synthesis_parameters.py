"""What the pipelines that train synthesis are told: settings, and what of them belongs to one kind of machine."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from influencer_style.pipelines.removed_settings import refuse_removed_settings
from influencer_style.training.machine import best_device
from influencer_style.training.synthesis.task import SynthesisSettings


class SynthesisTrainingParameters(BaseModel):
    """`loop` holds `SynthesisSettings`; `cpu` and `gpu` what belongs to one kind of machine, and goes before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: Literal["auto", "cpu", "gpu"]
    loop: dict[str, Any]
    cpu: dict[str, Any]
    gpu: dict[str, Any]

    @model_validator(mode="after")
    def _all_are_settings(self) -> SynthesisTrainingParameters:
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
        refuse_removed_settings({**self.loop, **own})
        parts = [name for name in ("weights", "stream", "traits") if name in self.loop or name in own]
        for name in parts:
            if not all(isinstance(table.get(name, {}), dict) for table in (self.loop, own)):
                raise ValueError(f"loop.{name} is not a table of settings; write one setting a line below it")
        nested = {name: {**self.loop.get(name, {}), **own.get(name, {})} for name in parts}
        return TypeAdapter(SynthesisSettings).validate_python({**self.loop, **own, **nested})
