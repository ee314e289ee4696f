"""Nodes of `pretraining`."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.examples.batch import PairedPhotos
from influencer_style.examples.shard import forget_shards
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.watching import SampleStrips, code_of_trainings, told
from influencer_style.reports.training import draw_curves, draw_examples_in_looks
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain

log = logging.getLogger(__name__)


def teach_base(settings: PretrainingSettings, work: Path) -> tuple[Base, pd.DataFrame, Image.Image, Image.Image]:
    """Teach the base; a run that was interrupted goes on, in a folder of `work` named by all that it depends on.

    Returns:
        The base, its history, its curves, and what it made of held-out people and looks along the way.
    """
    folder = work / fingerprint(settings, code_of_trainings())[:16]
    log.info("Teaching the base in %s", folder)
    samples = SampleStrips(folder / "samples")

    def show(step: int, generator: TransferGenerator, examples: PairedPhotos) -> None:
        samples.keep(step, draw_examples_in_looks(generator, examples, step))

    with told(settings.steps, "Teaching") as watch:
        base = pretrain(settings, folder, watch, show)
    forget_shards(folder)
    history = pd.DataFrame(base.history)
    return base, history, draw_curves(history), samples.stacked()
