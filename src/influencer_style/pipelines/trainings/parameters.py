"""Parameters of trainings: settings that all machines share, and those of a machine with or without a GPU."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from functools import cached_property
from typing import ClassVar, Generic, Literal, TypeVar, get_type_hints

from pydantic import TypeAdapter, model_validator

from influencer_style.project.configuration import Section
from influencer_style.training.machine import best_device
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.synthesis.task import SynthesisSettings

Machine = Literal["cpu", "gpu"]
Table = dict[str, object]
Settings = TypeVar("Settings", bound=TrainerSettings)


class Profiled(Section, Generic[Settings]):
    """Settings of a training: `loop` holds those of all machines, and the table of a profile overrides them.

    Attributes:
        profile: `cpu` or `gpu`; `auto` takes `gpu` where there is a GPU.
        loop: Settings for all profiles.
    """

    SETTINGS: ClassVar[type]
    profile: Literal["auto", "cpu", "gpu"]
    loop: Table

    @property
    @abstractmethod
    def _starts(self) -> Sequence[Mapping[Machine, Table]]:
        """The tables of each way to start, by profile; those of the chosen way come first."""

    @property
    def device(self) -> str:
        """Torch's name of the best device of this machine; `cpu` where the profile says so."""
        return "cpu" if self.profile == "cpu" else best_device()

    @property
    def machine(self) -> Machine:
        """The profile in force."""
        if self.profile != "auto":
            return self.profile
        return "cpu" if self.device == "cpu" else "gpu"

    @cached_property
    def settings(self) -> Settings:
        """The settings of the start and the profile in force."""
        return merged(self.SETTINGS, self.loop, self._starts[0][self.machine])

    @model_validator(mode="after")
    def _all_are_settings(self) -> Profiled[Settings]:
        for profiles in self._starts:
            for own in profiles.values():
                merged(self.SETTINGS, self.loop, own)
        return self


class SynthesisTrainingParameters(Profiled[SynthesisSettings]):
    """Parameters of a training of synthesis."""

    SETTINGS = SynthesisSettings
    cpu: Table
    gpu: Table

    @property
    def _starts(self) -> Sequence[Mapping[Machine, Table]]:
        return [{"cpu": self.cpu, "gpu": self.gpu}]


def merged(kind: type[Settings], *tables: Table) -> Settings:
    """Return settings from tables; later tables override earlier ones, and so do tables within tables.

    Raises ValueError for a setting that is unknown or wrong, by name.
    """
    nested: dict[str, Table] = {name: {} for name, hint in get_type_hints(kind).items() if is_dataclass(hint)}
    flat: Table = {}
    for table in tables:
        for name, value in table.items():
            if name not in nested:
                flat[name] = value
            elif isinstance(value, dict):
                nested[name] |= value
            else:
                raise ValueError(f"{name} is not a table of settings; write one setting a line below it")
    return TypeAdapter(kind).validate_python(flat | {name: table for name, table in nested.items() if table})
