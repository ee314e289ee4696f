"""Parameters of `training`."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, model_validator

from influencer_style.pipelines.removed_settings import refuse_removed_settings
from influencer_style.training.machine import best_device
from influencer_style.training.settings import TrainerSettings

_TABLES = ("stream", "weights")


def _with_tables(settings: dict[str, Any]) -> dict[str, Any]:
    for name in _TABLES:
        if not isinstance(settings.get(name, {}), dict):
            raise ValueError(f"{name} is no table; write such as {name}: {{...}}, or leave it out")
    return settings


Settings = Annotated[dict[str, Any], AfterValidator(_with_tables)]


class TrainingParameters(BaseModel):
    """The parameters of `training`; conf/base/parameters_training.yml says what each is for.

    `loop` holds what `TrainerSettings` has anyway; `from_base` and `from_scratch` what belongs to such a start on one
    kind of machine, and goes before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: Literal["auto", "cpu", "gpu"]
    initial: Literal["base", "scratch"]
    base: str
    adapt: bool
    loop: Settings
    from_base: dict[Literal["cpu", "gpu"], Settings]
    from_scratch: dict[Literal["cpu", "gpu"], Settings]

    @model_validator(mode="after")
    def _all_are_settings(self) -> TrainingParameters:
        for starts in (self.from_base, self.from_scratch):
            for own in starts.values():
                self._merged(own)
        if self._profile not in self._starts:
            raise ValueError(f"from_{self.initial} has no {self._profile!r}, which profile: {self.profile} asks for")
        return self

    @property
    def device(self) -> str:
        """The best that this machine has, but where the profile says `cpu`."""
        return "cpu" if self.profile == "cpu" else best_device()

    @cached_property
    def settings(self) -> TrainerSettings:
        """Those of the start and the profile in force: `auto` takes `gpu` where there is one."""
        return self._merged(self._starts[self._profile])

    @property
    def _starts(self) -> dict[str, dict[str, Any]]:
        return self.from_base if self.initial == "base" else self.from_scratch

    @property
    def _profile(self) -> str:
        if self.profile != "auto":
            return self.profile
        return "cpu" if self.device == "cpu" else "gpu"

    def _merged(self, own: dict[str, Any]) -> TrainerSettings:
        refuse_removed_settings({**self.loop, **own})
        for name in _TABLES:
            if not all(isinstance(table.get(name, {}), dict) for table in (self.loop, own)):
                raise ValueError(f"loop.{name} is not a table of settings; write one setting a line below it")
        nested = {name: {**self.loop.get(name, {}), **own.get(name, {})} for name in _TABLES}
        return TypeAdapter(TrainerSettings).validate_python({**self.loop, **own, **nested})
