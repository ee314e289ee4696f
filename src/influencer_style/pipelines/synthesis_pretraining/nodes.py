"""Nodes of `synthesis_pretraining`."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.examples.batch import Paired
from influencer_style.examples.shard import forget_shards
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.synthesis_base import SynthesisBase
from influencer_style.pipelines.profiles import SynthesisTrainingParameters
from influencer_style.pipelines.watching import SampleStrips, code_of_trainings, told
from influencer_style.reports.training import draw_curves, draw_known_portraits
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.training.synthesis.pretraining import pretrain_synthesis

log = logging.getLogger(__name__)


def teach_synthesis_base(
    parameters: SynthesisTrainingParameters, work: Path
) -> tuple[SynthesisBase, pd.DataFrame, Image.Image, Image.Image]:
    """Teach the base of synthesis; an interrupted run goes on, in a folder of `work` named by all it depends on.

    Returns:
        The base, its history, its curves, and what it made of held-out people and looks along the way.
    """
    settings = parameters.settings
    folder = work / fingerprint(settings, code_of_trainings())[:16]
    log.info("Teaching the base of synthesis in %s", folder)
    samples = SampleStrips(folder / "samples")

    def show(step: int, generator: SynthesisGenerator, portraits: Paired) -> None:
        samples.keep(step, draw_known_portraits(generator, portraits, step))

    with told(settings.steps, "Teaching") as watch:
        base = pretrain_synthesis(settings, folder, watch, show, parameters.device)
    forget_shards(folder)
    history = pd.DataFrame(base.history)
    return base, history, draw_curves(history), samples.stacked()
