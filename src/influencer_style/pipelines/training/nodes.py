"""Nodes of `training`."""

from __future__ import annotations

from pathlib import Path

from influencer_style.faces.detectors import NOTE, resolved
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.trained import Decision, TrainedModel
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.consent_gate import choosing_creators, choosing_looks
from influencer_style.pipelines.likenesses import judges_here, with_likenesses
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.training.way import TransferWay
from influencer_style.pipelines.trainings.run import Pictures, pictured

choose_creators = choosing_creators("training", "transfer")
choose_looks = choosing_looks("transfer")


def train_transfer(
    crops: FaceStore, encoder: StyleEncoder, looks: LookProfiles, work: Path, parameters: TrainingParameters
) -> tuple[TrainedModel[TransferGenerator], Decision]:
    """Take the base, adapt it, or train from nothing, in a folder of `work`; see `Way.run`."""
    return TransferWay(crops, encoder, looks, parameters).run(work)


@reusable(reads={"cropping": ["margin", "detector"]}, also=judges_here)
def pack_transfer(
    trained: TrainedModel[TransferGenerator],
    encoder: StyleEncoder,
    looks: LookProfiles,
    crops: FaceStore,
    parameters: TrainingParameters,  # noqa: ARG001 (MLflow notes them with the model's registration)
    cropping: PreprocessingParameters,
) -> tuple[TransferBundle, *Pictures]:
    """Put the generator into a model with encoder, looks and card; draw curves and samples.

    The looks get what the likeness guard compares results with, see `metrics.likeness`. Returns the bundle (saving it
    registers it), the history, the curves and the samples.
    """
    notes = {NOTE: resolved(cropping.detector)}
    bundle = TransferBundle.pack(trained.generator, trained.origin, encoder, looks, cropping.margin, notes)
    return with_likenesses(bundle, crops), *pictured(trained.history, trained.samples)
