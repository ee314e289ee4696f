"""Parameters of `training`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import model_validator

from influencer_style.pipelines.trainings.parameters import Machine, Profiled, Table
from influencer_style.training.settings import TrainerSettings


class TrainingParameters(Profiled[TrainerSettings]):
    """The parameters of `training`; conf/base/parameters_training.yml says what each is for."""

    SETTINGS = TrainerSettings
    initial: Literal["base", "scratch"]
    base: str
    adapt: bool
    from_base: dict[Machine, Table]
    from_scratch: dict[Machine, Table]

    @property
    def _starts(self) -> Sequence[Mapping[Machine, Table]]:
        starts = [self.from_base, self.from_scratch]
        return starts if self.initial == "base" else starts[::-1]

    @model_validator(mode="after")
    def _profile_is_there(self) -> TrainingParameters:
        if self.machine not in self._starts[0]:
            raise ValueError(f"from_{self.initial} has no {self.machine!r}, which profile: {self.profile} needs")
        return self
