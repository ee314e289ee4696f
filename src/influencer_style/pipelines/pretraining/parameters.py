"""The parameters of `pretraining`."""

from pydantic import RootModel

from influencer_style.adversarial.pretraining import PretrainingSettings


class PretrainingParameters(RootModel[PretrainingSettings]):
    """See conf/base/parameters_pretraining.yml."""
