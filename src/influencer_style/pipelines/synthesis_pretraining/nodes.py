"""The node of `synthesis_pretraining`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.networks.base import SynthesisBase
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters
from influencer_style.pipelines.trainings.pretraining import Pretraining
from influencer_style.reports.training import draw_known_portraits
from influencer_style.training.synthesis.pretraining import pretrain_synthesis


def teach_synthesis_base(
    parameters: SynthesisTrainingParameters, work: Path
) -> tuple[SynthesisBase, pd.DataFrame, Image.Image, Image.Image]:
    """Train the base of synthesis; an interrupted run continues, in a folder of `work`.

    Returns:
        The base, its history, its curves, and its results on held-out people and looks along the way.
    """
    run = Pretraining(parameters.settings, work, draw_known_portraits)
    with run.watching() as watch:
        base = pretrain_synthesis(parameters.settings, run.folder, watch, run.show, parameters.device)
    return base, *run.finish(base.history)
