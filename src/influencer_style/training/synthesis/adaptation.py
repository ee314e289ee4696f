"""Adapts the base of synthesis to creators' photos; the result is kept only where their looks surely gain.

Their style codes show the base their looks without any training. What training adds is light: an adversary that sees
their photos, and their Gram statistics. Who is drawn stays what the base drew: in a look its shapes are held on to, so
that a few photos of one person do not teach who is in them, and without a look all of it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from influencer_style.examples.batch import Paired, StepBatch
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.paired import with_noise
from influencer_style.faces.detect import Detector
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.training.engine import Watch, train
from influencer_style.training.synthesis.guard import compare
from influencer_style.training.synthesis.pretraining import portraits_of
from influencer_style.training.synthesis.task import SynthesisTask
from influencer_style.training.task import ADAPTED, BASE, Adaptation


@dataclass(kw_only=True)
class AdaptationTask(SynthesisTask):
    """Draw new people in creators' looks, and hold `examples` portraits of a step to what the base draws without one.

    `initial` is the base.
    """

    creators: CreatorPhotos
    initial: SynthesisGenerator

    def __post_init__(self) -> None:
        super().__post_init__()
        self.base = copy.deepcopy(self.initial).to(self.device)
        self.neutral = self.creators.looks.neutral_code()

    def draw(self, _step: int, rng: torch.Generator) -> StepBatch[Paired]:
        """Draw the base's portraits without a look, and creators' photos with the base's portraits in their looks."""
        s, z, paired, unpaired = self.settings, self.config.noise, None, None
        if s.examples:
            noise = torch.randn(s.examples, z, generator=rng)
            codes = with_noise(self.neutral.expand(s.examples, -1), s.code_noise, rng)
            truth = portraits_of(self.base, noise, codes)
            paired = Paired(codes, noise, truth, torch.ones_like(truth[:, :1]))
        if s.photos:
            drawn = self.creators.batch(s.photos, s.code_noise, z, rng)
            unpaired = replace(drawn, inputs=portraits_of(self.base, drawn.noise, drawn.codes))
        return StepBatch(paired, unpaired)


def adapt_synthesis(
    task: AdaptationTask,
    folder: Path,
    unseen: dict[str, np.ndarray],
    detector: Detector,
    watch: Watch[SynthesisGenerator] | None = None,
) -> Adaptation[SynthesisGenerator]:
    """Train from the base on creators' photos, and choose; an interrupted adaptation continues.

    `folder` keeps the checkpoint, `unseen` has photos of each creator that training has not seen, uint8 (m, s, s, 3).
    Raises TrainingDiverged when losses diverge, see `engine.train`.
    """
    state = train(task, folder / "adapted.pt", watch)
    found = compare(task.initial, state.average, task.creators, unseen, detector)
    if found.objections:
        kept, why = BASE, "; ".join(found.objections)
    else:
        kept, why = ADAPTED, "surely more in the looks, and nothing lost"
    compared = {"taken": found.taken.as_dict(), "kid": None if found.kid is None else found.kid.as_dict()}
    return Adaptation({BASE: task.initial, ADAPTED: state.average}, {ADAPTED: state.history}, kept, why, compared)
