"""The node of `pretraining`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from influencer_style.networks.base import TransferBase
from influencer_style.pipelines.trainings.bases import train_base
from influencer_style.pipelines.trainings.progress import Pictures
from influencer_style.reports.training import draw_examples_in_looks
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain


def teach_base(settings: PretrainingSettings, work: Path) -> tuple[TransferBase, *Pictures]:
    """Train the base of transfer, see `train_base`."""
    return train_base(settings, work, partial(pretrain, settings), draw_examples_in_looks)
