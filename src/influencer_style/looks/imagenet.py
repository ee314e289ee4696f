"""The ImageNet networks of torchvision as stages of a style encoder."""

from __future__ import annotations

import torch
import torchvision
from torch import nn

_MODELS = {
    "vgg19_imagenet": (torchvision.models.vgg19, torchvision.models.VGG19_Weights.IMAGENET1K_V1),
    "resnet50_imagenet": (torchvision.models.resnet50, torchvision.models.ResNet50_Weights.IMAGENET1K_V2),
}


def imagenet_stages(name: str, weights: str | None = None) -> list[nn.Module]:
    """Return the stages that are described: VGG-19 up to relu3_1, ResNet-50 up to its second block.

    Args:
        name: `vgg19_imagenet` or `resnet50_imagenet`.
        weights: A file (`.pth`) with trained weights; torchvision fetches them if it is empty, None leaves them out.

    Raises:
        Exception: If the weights can neither be read nor fetched, or do not fit; torch raises many kinds.
    """
    make, trained = _MODELS[name]
    network = make()
    if weights:
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    elif weights is not None:
        network.load_state_dict(_fetched(trained))
    if name == "vgg19_imagenet":
        layers = [nn.ReLU() if isinstance(layer, nn.ReLU) else layer for layer in network.features[:12]]
        return [nn.Sequential(*layers[:2]), nn.Sequential(*layers[2:7]), nn.Sequential(*layers[7:12])]
    stem = nn.Sequential(network.conv1, network.bn1, nn.ReLU())
    return [stem, nn.Sequential(network.maxpool, network.layer1), network.layer2]


def _fetched(weights: torchvision.models.WeightsEnum) -> dict[str, torch.Tensor]:
    try:
        return weights.get_state_dict(progress=True, check_hash=True)
    except Exception as error:
        raise RuntimeError(f"{weights.url}: {error}") from error
