"""Nodes of `synthesis_training`: from looks to a registered generator."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import marks_of
from influencer_style.networks.bundle import SynthesisBundle
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.trained import Decision, TrainedModel
from influencer_style.pipelines.consent_gate import choosing_creators, choosing_looks
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.synthesis_training.way import SynthesisWay, pixels_of
from influencer_style.pipelines.trainings.run import Pictures, pictured

choose_creators = choosing_creators("synthesis_training", "generate", judged=True)
choose_looks = choosing_looks("generate")


def train_synthesis(
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    work: Path,
    parameters: SynthesisParameters,
    cropping: PreprocessingParameters,
) -> tuple[TrainedModel[SynthesisGenerator], Decision]:
    """Take the base, or adapt it to the creators' photos, in a folder of `work`; see `Way.run`."""
    return SynthesisWay(crops, encoder, looks, parameters, cropping).run(work)


@reusable(reads={"cropping": ["margin"]})
def pack_synthesis(
    trained: TrainedModel[SynthesisGenerator],
    encoder: StyleEncoder,
    looks: LookProfiles,
    crops: FaceStore,
    parameters: SynthesisParameters,  # noqa: ARG001 (MLflow notes them with the model's registration)
    cropping: PreprocessingParameters,
) -> tuple[SynthesisBundle, *Pictures]:
    """Put the generator into a model with encoder, looks and card; draw curves and samples.

    Looks whose photos it was trained on get marks of these photos, by which portraits that repeat one are recognised.
    Returns the bundle (saving it registers it), the history, the curves and the samples.
    """
    side = trained.generator.config.resolution

    def pixels(name: str, *splits: str) -> np.ndarray:
        return np.concatenate([pixels_of(crops, name, split, side) for split in splits])

    taught = [name for name in trained.origin.taught if name in looks.names]
    marks = {name: marks_of(pixels(name, "train"), pixels(name, "validation", "test")) for name in taught}
    marked = looks.with_marks(marks)
    bundle = SynthesisBundle.pack(trained.generator, trained.origin, encoder, marked, cropping.margin, {})
    return bundle, *pictured(trained.history, trained.samples)
