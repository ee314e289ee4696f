"""The base of synthesis: a generator of nobodies in looks in general, taught on studio people alone."""

from __future__ import annotations

from dataclasses import dataclass

from influencer_style.networks.base import Base
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator


@dataclass(frozen=True)
class SynthesisBase(Base):
    """What `synthesis_pretraining` leaves; the one that comes with the project lies beside the base of transfer."""

    generator: SynthesisGenerator

    FILE = "synthesis"
    PIPELINE = "synthesis_pretraining"
    PARAMETER = "synthesis.base"
    CONFIG = SynthesisConfig
    GENERATOR = SynthesisGenerator

    @property
    def config(self) -> SynthesisConfig:
        """The generator's shape."""
        return self.generator.config
