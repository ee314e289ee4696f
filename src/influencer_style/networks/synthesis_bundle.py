"""A trained synthesis generator with all it needs, in a folder like that of transfer."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from influencer_style.networks.bundle import Bundle
from influencer_style.networks.card import write_synthesis_card
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator, draw_noise
from influencer_style.networks.synthesis_base import SynthesisBase


@dataclass(frozen=True)
class SynthesisBundle(Bundle):
    """A synthesis generator: noise and a look in, the portrait of nobody out.

    Its looks are those that may be generated. Those whose photos it was trained on have `marks` of them, so that a
    portrait which repeats a photo can be told, and not be given out.
    """

    generator: SynthesisGenerator

    COMMAND = "kedro run --pipeline synthesis_training"
    CONFIG = SynthesisConfig
    GENERATOR = SynthesisGenerator
    BASE = SynthesisBase
    CARD = staticmethod(write_synthesis_card)

    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:
        noise = draw_noise(len(codes), 0, self.generator.config.noise)
        return self.generator(noise, codes)
