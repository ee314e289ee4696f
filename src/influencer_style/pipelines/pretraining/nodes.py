"""Nodes of `pretraining`."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.examples.shard import forget_shards
from influencer_style.looks.encoder import load_encoder
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.watching import SampleStrips, code_of_trainings, told
from influencer_style.reports.training import draw_curves, draw_examples_in_looks
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain
from influencer_style.training.transfer.task import held_out_photos

log = logging.getLogger(__name__)


def teach_base(settings: PretrainingSettings, work: Path) -> tuple[Base, pd.DataFrame, Image.Image, Image.Image]:
    """Teach the base; a run that was interrupted goes on, in a folder of `work` named by all that it depends on.

    Returns:
        The base, its history, its curves, and what it made of held-out people and looks along the way.
    """
    folder = work / fingerprint(settings, code_of_trainings())[:16]
    log.info("Teaching the base in %s", folder)
    samples = SampleStrips(folder / "samples")
    shown = held_out_photos(settings.stream, folder, load_encoder())["looks"]

    def show(step: int, generator: TransferGenerator) -> None:
        samples.keep(step, draw_examples_in_looks(generator, shown, step))

    with told(settings.steps, "Teaching") as watch:
        base = pretrain(settings, folder, replace(watch, samples=show))
    forget_shards(folder)
    history = pd.DataFrame(base.history)
    return base, history, draw_curves(history), samples.stacked()
