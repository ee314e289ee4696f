"""The parameters of `features`."""

from typing import Literal

from influencer_style.project.configuration import Section


class FeaturesParameters(Section):
    """See conf/base/parameters_features.yml."""

    encoder: Literal["small_vgg", "vgg19_imagenet", "resnet50_imagenet"]
    weights: str
