"""The node of `pretraining`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.networks.base import TransferBase
from influencer_style.pipelines.trainings.pretraining import Pretraining
from influencer_style.reports.training import draw_examples_in_looks
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain


def teach_base(
    settings: PretrainingSettings, work: Path
) -> tuple[TransferBase, pd.DataFrame, Image.Image, Image.Image]:
    """Train the base of transfer; an interrupted run continues, in a folder of `work`.

    Returns:
        The base, its history, its curves, and its results on held-out people and looks along the way.
    """
    run = Pretraining(settings, work, draw_examples_in_looks)
    with run.watching() as watch:
        base = pretrain(settings, run.folder, watch, run.show)
    return base, *run.finish(base.history)
