"""The parameters of `features`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class FeaturesParameters(BaseModel):
    """See conf/base/parameters_features.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    encoder: Literal["small_vgg", "vgg19_imagenet", "resnet50_imagenet"]
    weights: str
