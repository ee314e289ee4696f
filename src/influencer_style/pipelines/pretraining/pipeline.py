"""The pipeline `pretraining`, and its nodes."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import numpy as np
from kedro.pipeline import Pipeline

from influencer_style.examples.photographs import LEAST_PEOPLE
from influencer_style.faces.portraits import crop_portraits
from influencer_style.networks.base import TransferBase
from influencer_style.pipelines.preprocessing.nodes import open_detector
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.stage import step
from influencer_style.pipelines.trainings.bases import train_base
from influencer_style.pipelines.trainings.pipeline import create_pretraining_pipeline
from influencer_style.pipelines.trainings.run import Pictures
from influencer_style.project.folder import in_project
from influencer_style.reports.training import draw_examples_in_looks
from influencer_style.storage.walk import walk
from influencer_style.training.transfer.pretraining import PretrainingSettings, pretrain

log = logging.getLogger(__name__)


class PhotographsError(ValueError):
    """The folders in `pretraining.photographs` do not hold what is needed; the message says what to do."""


def create_pipeline() -> Pipeline:
    """Studio people in random looks, and photos of people without one -> the base, its curves and samples."""
    people = step(crop_people, ["params:pretraining", "params:preprocessing"], "people_without_a_look")
    return create_pretraining_pipeline("pretraining", teach_base, "base", people)


def crop_people(settings: PretrainingSettings, preprocessing: PreprocessingParameters) -> np.ndarray:
    """Return the face crops of the settings' photographs, uint8 (n, s, s, 3); none where no folder is named.

    They are kept in memory alone. Raises PhotographsError if a folder is missing, or too few photos show one face.
    """
    if not settings.photographs:
        log.info("pretraining.photographs names no folder: the colour map is that of the project's base")
        return np.zeros((0, preprocessing.crop_size, preprocessing.crop_size, 3), np.uint8)
    folders = [in_project(folder) for folder in settings.photographs]
    for folder in folders:
        if not folder.is_dir():
            raise PhotographsError(f"pretraining.photographs names {folder}, which is not a folder; correct it there")
    files = [path for folder in folders for path in walk(folder)]
    found = crop_portraits(files, partial(open_detector, preprocessing), preprocessing.standards, preprocessing.workers)
    reasons = ", ".join(f"{count} {code}" for code, count in found.left_out.items()) or "none"
    log.info("%d of %d photos show one person; left out: %s", len(found.files), len(files), reasons)
    if len(found.files) < LEAST_PEOPLE:
        raise PhotographsError(
            f"{len(found.files)} photos in pretraining.photographs show one clear face (left out: {reasons}), and "
            f"{LEAST_PEOPLE} people are needed; name more folders, or [] for the colour map of the project's base"
        )
    return found.crops


def teach_base(settings: PretrainingSettings, work: Path, people: np.ndarray) -> tuple[TransferBase, *Pictures]:
    """Train the base of transfer, see `train_base`."""
    return train_base(settings, work, partial(pretrain, settings, people=people), draw_examples_in_looks, people)
