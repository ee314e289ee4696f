"""Which pixels of a face crop show skin, lips, eyes, brows, hair, background, or something else: a small U-Net.

Its shape is that of Ronneberger et al. (2015), with additions in the place of concatenations. It learned from studio
portraits, whose areas are known, and from photorealistic portraits of people who do not exist, which a face mesh, a
person mask and colours had labelled. `benchmarks/make_areas.py` says how; `benchmarks/areas.py` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, get_args

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

AreaName = Literal["skin", "lips", "eyes", "brows", "hair", "background", "other"]
AREA_NAMES: tuple[AreaName, ...] = get_args(AreaName)
AREAS_WEIGHTS = files("influencer_style.faces") / "weights" / "areas.safetensors"
CROP_SIDE = 256  # side in pixels of the crops at which the network learned
CROP_MARGIN = 2.5  # side of a crop in sides of the face's box; anything from 1.7 to 4 was learned
MULTIPLE = 32  # sides that the network takes are multiples of this
_WIDTHS = (16, 24, 48, 96, 128)  # channels at a half, a quarter ... a 32nd of the crop's side


@dataclass(frozen=True)
class Areas:
    """Soft areas of a picture.

    Attributes:
        masks: Float32 (7, h, w) in [0, 1], in the order AREA_NAMES; they sum to 1 in every pixel. `skin` includes ears,
            beards and necks, `eyes` lids and lashes; `lips` leave out an open mouth. `other` is clothes, hats,
            spectacles, teeth.
    """

    masks: np.ndarray

    def __getitem__(self, name: AreaName) -> np.ndarray:
        """Return one area, float32 (h, w) in [0, 1]. Raises ValueError if there is none of this name."""
        return self.masks[AREA_NAMES.index(name)]

    @property
    def person(self) -> np.ndarray:
        """All that is not background, float32 (h, w) in [0, 1]."""
        return 1 - self["background"]

    def grouped(self, groups: Mapping[str, Sequence[AreaName]]) -> np.ndarray:
        """Return the sums of groups of areas, float32 (len(groups), h, w), in the order of the groups."""
        return np.stack([np.sum([self[name] for name in names], axis=0) for names in groups.values()])


class AreasNetwork(nn.Module):
    """Assigns every pixel of a face crop to one of AREA_NAMES. Its weights are fixed unless it is being taught.

    A crop shows one upright face whose box fills a quarter to six tenths of the side.
    """

    def __init__(self, normalised: bool = False) -> None:
        """Build the network. `normalised`: with batch normalisation, for teaching (`benchmarks.areas_course`)."""
        super().__init__()
        half, quarter, eighth, sixteenth, least = _WIDTHS

        def block(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
            layers: list[nn.Module] = [
                nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=not normalised),
                nn.BatchNorm2d(outputs) if normalised else nn.Identity(),
                nn.ReLU(inplace=True),
            ]
            return nn.Sequential(*layers)

        self.down = nn.ModuleList(
            [
                block(12, half),  # pixels in blocks of 2 by 2
                nn.Sequential(block(half, quarter, stride=2), block(quarter, quarter)),
                nn.Sequential(block(quarter, eighth, stride=2), block(eighth, eighth)),
                nn.Sequential(block(eighth, sixteenth, stride=2), block(sixteenth, sixteenth)),
                nn.Sequential(block(sixteenth, least, stride=2), block(least, least), block(least, least)),
            ]
        )
        self.place = nn.Conv2d(2, least, 1, bias=False)  # faces lie near the middle, hair above, clothes below
        nn.init.zeros_(self.place.weight)
        narrowing = list(zip(_WIDTHS[:0:-1], _WIDTHS[-2::-1], strict=True))
        self.narrow = nn.ModuleList([block(wide, slim, 1) for wide, slim in narrowing])
        self.up = nn.ModuleList([block(slim, slim) for _, slim in narrowing])
        self.head = nn.Conv2d(half, 4 * len(AREA_NAMES), 1)

    def logits(self, images: Tensor) -> Tensor:
        """Return logits (n, 7, h, w) for images (n, 3, h, w), sRGB in [0, 1]; h and w are multiples of 32."""
        features, seen = F.pixel_unshuffle(images * 2 - 1, 2), []
        for block in self.down:
            features = block(features)
            seen.append(features)
        features = features + self.place(_grid(features))
        for narrow, up, skip in zip(self.narrow, self.up, reversed(seen[:-1]), strict=True):
            features = F.interpolate(narrow(features), scale_factor=2.0, mode="bilinear", align_corners=False)
            features = up(features + skip)
        return F.pixel_shuffle(self.head(features), 2)

    def forward(self, images: Tensor) -> Tensor:
        """Return soft areas (n, 7, h, w), which sum to 1, for images as `logits` takes them."""
        return self.logits(images).float().softmax(1)

    @torch.inference_mode()
    def find(self, crop: np.ndarray) -> Areas:
        """Return the areas of a crop, uint8 RGB (h, w, 3); h and w are multiples of 32, best 256.

        Raises:
            ValueError: If the crop is no such picture.
        """
        good = crop.dtype == np.uint8 and crop.ndim == 3 and crop.shape[2] == 3
        if not good or 0 in crop.shape or crop.shape[0] % MULTIPLE or crop.shape[1] % MULTIPLE:
            raise ValueError(f"a crop is uint8 (h, w, 3) with sides in multiples of {MULTIPLE}, got {crop.shape}")
        image = torch.from_numpy(np.ascontiguousarray(crop)).permute(2, 0, 1)[None]  # channels last as it lies
        return Areas(self(image.float() / 255)[0].contiguous().numpy())


def _grid(features: Tensor) -> Tensor:
    """Return where each place lies, (1, 2, h, w): y and x from -1 to 1."""
    axes = [torch.linspace(-1, 1, side, dtype=features.dtype, device=features.device) for side in features.shape[-2:]]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))[None]


def load_areas_network() -> AreasNetwork:
    """Return the areas network that comes with the project, its weights fixed, in evaluation mode."""
    network = AreasNetwork()
    weights = {key: value.float() for key, value in load_file(str(AREAS_WEIGHTS)).items()}
    network.load_state_dict(weights, assign=True)
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)
