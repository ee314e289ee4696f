"""What an adaptation leaves: generators trained from a base on creators' photos, and which one to use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic

from influencer_style.training.task import Generator

BASE, ADAPTED = "base", "adapted"


@dataclass(frozen=True)
class Adaptation(Generic[Generator]):
    """The outcome of an adaptation.

    Attributes:
        generators: `base`, and the generators that were trained from it, by the names of the trainings.
        histories: The losses of these trainings.
        kept: The name of the generator to use.
        why: The reason, a sentence.
        compared: The measures of generators next to one another, as plain numbers.
    """

    generators: dict[str, Generator]
    histories: dict[str, list[dict[str, float]]]
    kept: str
    why: str
    compared: dict[str, Any]

    @property
    def generator(self) -> Generator:
        """The generator to use."""
        return self.generators[self.kept]

    @property
    def shown(self) -> str:
        """The name of the training to show: that of the generator which is kept, else `adapted`."""
        return ADAPTED if self.kept == BASE else self.kept

    @property
    def history(self) -> list[dict[str, float]]:
        """The losses of the training to show."""
        return self.histories[self.shown]

    @property
    def decision(self) -> dict[str, object]:
        """What was decided and why."""
        return {"kept": self.kept, "why": self.why, "compared": self.compared}
