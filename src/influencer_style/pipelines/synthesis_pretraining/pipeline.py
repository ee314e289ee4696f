"""The pipeline `synthesis_pretraining`, and its node."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kedro.pipeline import Pipeline

from influencer_style.networks.base import SynthesisBase
from influencer_style.pipelines.trainings.bases import train_base
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters
from influencer_style.pipelines.trainings.pipeline import create_pretraining_pipeline
from influencer_style.pipelines.trainings.run import Pictures
from influencer_style.reports.training import draw_known_portraits
from influencer_style.training.synthesis.pretraining import pretrain_synthesis


def create_pipeline() -> Pipeline:
    """Studio people of whom all is known -> the base of synthesis, its validation curves and samples."""
    return create_pretraining_pipeline("synthesis_pretraining", teach_synthesis_base, "synthesis_base")


def teach_synthesis_base(parameters: SynthesisTrainingParameters, work: Path) -> tuple[SynthesisBase, *Pictures]:
    """Train the base of synthesis, see `train_base`."""
    train = partial(pretrain_synthesis, parameters.settings, device=parameters.device)
    return train_base(parameters.settings, work, train, draw_known_portraits)
