"""Parameters of `synthesis_training`."""

from __future__ import annotations

from influencer_style.evaluation.new_faces_scorecard import SynthesisJudging
from influencer_style.pipelines.trainings.parameters import SynthesisTrainingParameters


class SynthesisParameters(SynthesisTrainingParameters):
    """The parameters of `synthesis_training`; conf/base/parameters_synthesis_training.yml says what each is for."""

    base: str
    adapt: bool
    judging: SynthesisJudging
