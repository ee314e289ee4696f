"""The pipeline `pretraining`, and its node."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kedro.pipeline import Pipeline

from influencer_style.networks.base import TransferBase
from influencer_style.pipelines.trainings.bases import train_base
from influencer_style.pipelines.trainings.pipeline import create_pretraining_pipeline
from influencer_style.pipelines.trainings.run import Pictures
from influencer_style.reports.training import draw_examples_in_looks
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain


def create_pipeline() -> Pipeline:
    """Studio people in random looks -> the base, its validation curves and samples."""
    return create_pretraining_pipeline("pretraining", teach_base, "base")


def teach_base(settings: PretrainingSettings, work: Path) -> tuple[TransferBase, *Pictures]:
    """Train the base of transfer, see `train_base`."""
    return train_base(settings, work, partial(pretrain, settings), draw_examples_in_looks)
