"""The parameters of `pretraining`."""

from typing import Any

from pydantic import RootModel, model_validator

from influencer_style.pipelines.removed_settings import refuse_removed_settings
from influencer_style.training.transfer.pretraining import PretrainingSettings


class PretrainingParameters(RootModel[PretrainingSettings]):
    """See conf/base/parameters_pretraining.yml."""

    @model_validator(mode="before")
    @classmethod
    def _none_was_removed(cls, settings: Any) -> Any:
        if isinstance(settings, dict):
            refuse_removed_settings(settings)
        return settings
