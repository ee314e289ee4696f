"""The style encoder turns a picture into a descriptor: the numbers that describe its look.

Feature maps of a VGG (Simonyan and Zisserman 2015) become Gram matrices (Gatys et al. 2016), each projected to
`PROJECTED` numbers by fixed random signs (Achlioptas 2003). The colour's mean, deviation and coarse layout follow.
The default network is a small VGG with orthogonal weights that come with the project as a file: the same seed gives
other weights on other machines, and descriptors only compare if their encoder is the same. The encoder includes the
segmenter, which finds the areas of a portrait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.gram import gram_matrix, signed_sqrt, upper_triangle
from influencer_style.looks.segmenter import Segmenter, load_segmenter
from influencer_style.storage.weights import WeightsFile

PROJECTED = 48
POOLED = 4
_WIDTHS = (3, 3, 3 * POOLED * POOLED)  # of the colour's mean, deviation and layout
COLOURS = sum(_WIDTHS)
_MOST_SIZE = 1024  # pixels of a side at which pictures are described
SMALL_VGG_WEIGHTS = files("influencer_style.looks") / "weights" / "small_vgg.safetensors"
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class EncoderError(ValueError):
    """The encoder's weights are not available, or differ from those that the data was made with."""


class DescriptorGroups(tuple[slice, ...]):
    """Which numbers of a descriptor belong together: one slice for each stage, then the colour's three."""

    __slots__ = ()

    @classmethod
    def of(cls, stages: int) -> DescriptorGroups:
        """Return the groups of an encoder with this many stages."""
        widths = [PROJECTED] * stages + list(_WIDTHS)
        return cls(slice(end - width, end) for end, width in zip(accumulate(widths), widths, strict=True))

    @property
    def gram(self) -> slice:
        """The Gram numbers of all stages."""
        return slice(0, self[-len(_WIDTHS) - 1].stop)

    @property
    def colour(self) -> slice:
        """Mean, deviation and layout of colour."""
        return slice(self[-len(_WIDTHS)].start, self[-1].stop)


class StyleEncoder(nn.Module):
    """Turns pictures into descriptors. Its weights are fixed; its `sha256` travels with all that is made from it.

    Args:
        name: `small_vgg`, `vgg19_imagenet` or `resnet50_imagenet`.
        stages: The modules, applied one after the other; the output of each is a feature map that is described.
        segmenter: The network that finds skin, lips, eyes, hair and background.
        size: The side in pixels to which pictures are resized before they are described.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str, stages: list[nn.Module], segmenter: Segmenter, size: int = 64) -> None:
        super().__init__()
        self.name, self.size = name, size
        self.stages, self.segmenter = nn.ModuleList(stages), segmenter
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(1, 3, 1, 1), persistent=False)
        with torch.no_grad():
            widths = [f.shape[1] for f in self.features(torch.zeros(1, 3, 32, 32))]
        for i, width in enumerate(widths):
            self.register_buffer(f"projection_{i}", _signs(width * (width + 1) // 2), persistent=False)
        self.dimension = len(widths) * PROJECTED + COLOURS
        self.requires_grad_(False)
        self.eval()
        self.sha256 = self._sha256()

    def features(self, images: Tensor) -> list[Tensor]:
        """Return the feature map of each stage, for `images` (n, 3, h, w), sRGB in [0, 1], at their own size."""
        maps = []
        hidden = (images - self.mean) / self.std
        for stage in self.stages:
            hidden = stage(hidden)
            maps.append(hidden)
        return maps

    def forward(self, images: Tensor) -> Tensor:
        """Return the descriptors (n, `dimension`) of `images` (n, 3, h, w), sRGB in [0, 1], h and w at least 16."""
        small = self.resized(images)
        parts = []
        for i, maps in enumerate(self.features(small)):
            grams = signed_sqrt(gram_matrix(maps))
            parts.append(upper_triangle(grams) @ getattr(self, f"projection_{i}"))
        # A flat picture has a deviation of 0, where the square root has no gradient.
        deviation = (small.var((2, 3)) + 1e-6).sqrt()
        parts += [small.mean((2, 3)), deviation, F.adaptive_avg_pool2d(small, POOLED).flatten(1)]
        return torch.cat(parts, dim=1)

    def resized(self, images: Tensor) -> Tensor:
        """Return images (n, 3, h, w) at the size at which they are described, area-true."""
        if images.shape[-2:] == (self.size, self.size):
            return images
        return F.interpolate(images, (self.size, self.size), mode="bilinear", antialias=True, align_corners=False)

    @property
    def groups(self) -> DescriptorGroups:
        """Which numbers of a descriptor belong together."""
        return DescriptorGroups.of(len(self.stages))

    def save(self, file: str | Path) -> None:
        """Write name, size and weights as safetensors."""
        state = {key: value.contiguous() for key, value in self.state_dict().items()}
        Path(file).write_bytes(save(state, {"name": self.name, "size": str(self.size)}))

    @classmethod
    def load(cls, file: str | Path) -> StyleEncoder:
        """Read an encoder that `save` has written.

        Raises:
            EncoderError: If the file is not a saved encoder.
        """
        try:
            weights = WeightsFile(file)
            name, size = weights.metadata["name"], int(weights.metadata["size"])
            if not 16 <= size <= _MOST_SIZE:
                raise ValueError(f"size is out of range; it must be 16 to {_MOST_SIZE}")
            with torch.device("meta"):
                stages, segmenter = _ARCHITECTURES[name](), Segmenter()
            parts = nn.ModuleDict({"stages": nn.ModuleList(stages), "segmenter": segmenter})
            weights.fill(parts)
            parts.eval()  # or the first pictures that it sees would change the statistics that were saved
            return cls(name, stages, segmenter, size)
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise EncoderError(f"{file} is not a saved style encoder ({error}); make it again: features") from error

    def _sha256(self) -> str:
        digest = hashlib.sha256(f"{self.name} {self.size} {PROJECTED} {POOLED}".encode())
        for key, value in sorted(self.state_dict().items()):
            digest.update(key.encode() + value.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()


def load_encoder(name: str = "small_vgg", weights: str = "") -> StyleEncoder:
    """Return the encoder called `name`.

    Args:
        name: `small_vgg` (comes with the project), or torchvision's `vgg19_imagenet` or `resnet50_imagenet`.
        weights: A torchvision weights file (`.pth`) for the latter two; if empty, torchvision fetches it.

    Raises:
        EncoderError: If the name is unknown, or the weights can neither be read nor fetched.
    """
    if name not in _ARCHITECTURES:
        raise EncoderError(f"features.encoder is {name!r}; choose one of {', '.join(_ARCHITECTURES)}")
    if name == "small_vgg":
        stages = small_vgg_stages()
        kept = load_file(str(SMALL_VGG_WEIGHTS))
        nn.ModuleList(stages).load_state_dict({key.removeprefix("stages."): value for key, value in kept.items()})
    else:
        try:
            stages = _imagenet_stages(name, weights)
        except Exception as error:  # whatever torch, the file or the network raises
            where = f"read from features.weights ({weights})" if weights else "fetched"
            raise EncoderError(
                f"the weights of {name} could not be {where}: {error}. Put torchvision's file on this machine and name "
                "it in features.weights, or set features.encoder: small_vgg, which needs no download"
            ) from error
    return StyleEncoder(name, stages, load_segmenter())


def small_vgg_stages(width: int = 32) -> list[nn.Module]:
    """VGG-19 up to relu3_1 at half its width, in three stages that end at relu1_1, relu2_1 and relu3_1."""

    def conv(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect"), nn.ReLU()]

    return [
        nn.Sequential(*conv(3, width)),
        nn.Sequential(*conv(width, width), nn.AvgPool2d(2), *conv(width, 2 * width)),
        nn.Sequential(*conv(2 * width, 2 * width), nn.AvgPool2d(2), *conv(2 * width, 4 * width)),
    ]


def _imagenet_stages(name: str, weights: str | None = None) -> list[nn.Module]:
    from influencer_style.looks.imagenet import imagenet_stages  # noqa: PLC0415 (a bare machine lacks torchvision)

    return imagenet_stages(name, weights)


_ARCHITECTURES: dict[str, Callable[[], list[nn.Module]]] = {
    "small_vgg": small_vgg_stages,
    "vgg19_imagenet": partial(_imagenet_stages, "vgg19_imagenet"),
    "resnet50_imagenet": partial(_imagenet_stages, "resnet50_imagenet"),
}


def _signs(rows: int) -> Tensor:
    # Signs drawn from raw bits are the same everywhere, unlike Gaussians made by a maths library.
    bits = np.random.Generator(np.random.PCG64(rows)).integers(0, 2, (rows, PROJECTED))
    return torch.from_numpy((bits * 2 - 1).astype(np.float32)) / rows**0.5
