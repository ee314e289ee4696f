"""Parameters of `training`."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from influencer_style.adversarial.settings import TrainerSettings
from influencer_style.adversarial.trainer import best_device


class TrainingParameters(BaseModel):
    """The parameters of `training`; conf/base/parameters_training.yml says what each is for.

    `loop` holds what `TrainerSettings` has on any machine, `profiles` what fits one kind of machine.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: Literal["auto", "cpu", "gpu"]
    initial: Literal["base", "scratch"]
    base: str
    loop: dict[str, Any]
    profiles: dict[Literal["cpu", "gpu"], dict[str, Any]]

    @model_validator(mode="after")
    def _loop_is_complete(self) -> TrainingParameters:
        for name in self.profiles:
            self._settings(name)
        if self._chosen not in self.profiles:
            raise ValueError(f"profiles has no {self._chosen!r}, which profile: {self.profile} asks for")
        return self

    @property
    def device(self) -> str:
        """`cuda` where there is a GPU and the profile does not say `cpu`; else `cpu`."""
        return "cpu" if self.profile == "cpu" else best_device()

    @cached_property
    def settings(self) -> TrainerSettings:
        """The profile in force: `auto` takes `gpu` where there is one."""
        return self._settings(self._chosen)

    @property
    def _chosen(self) -> str:
        if self.profile != "auto":
            return self.profile
        return "cpu" if self.device == "cpu" else "gpu"

    def _settings(self, profile: str) -> TrainerSettings:
        own = self.profiles[profile]
        stream = {**self.loop.get("stream", {}), **own.get("stream", {})}
        return TypeAdapter(TrainerSettings).validate_python({**self.loop, **own, "stream": stream})
