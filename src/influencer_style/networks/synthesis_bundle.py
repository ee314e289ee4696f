"""A trained synthesis generator with all it needs, in a folder like that of transfer."""

from __future__ import annotations

from dataclasses import dataclass

from influencer_style.networks.bundle import Bundle, BundleError
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator


@dataclass(frozen=True)
class SynthesisBundle(Bundle):
    """A synthesis generator: noise and a look in, the portrait of nobody out.

    Its looks are those that may be generated. Each has `marks` of the photos that the generator was trained on, so that
    a portrait which repeats one of them can be told, and not be given out.
    """

    generator: SynthesisGenerator

    def __post_init__(self) -> None:
        super().__post_init__()
        if unmarked := [name for name in self.looks.names if self.looks[name].marks is None]:
            raise BundleError(f"there are no marks of the photos of {', '.join(unmarked)}; train again: {self.COMMAND}")

    COMMAND = "kedro run --pipeline synthesis_training"
    CONFIG = SynthesisConfig
    GENERATOR = SynthesisGenerator
