"""The network behind the face embedding: dlib's ResNet of 29 convolutions (King 2017), read from an 8-bit file.

The file is `face_recognition_model.bin` of the npm package @vladmandic/face-api (MIT): the weights that dlib publishes
as CC0, most of them rounded to 8 bits. It is a row of numbers without names. Which numbers belong to which layer, and
how the 8-bit ones are scaled, says `face_network.json`, taken from the package's manifest.

Nothing in the file is executed or unpickled, and its digest is checked before a number is read (`pretrained`).
"""

from __future__ import annotations

import json
import math
from importlib.resources import files

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 150  # px of an aligned face
DIMENSION = 128
_TABLE = json.loads((files("influencer_style.metrics") / "face_network.json").read_text(encoding="utf-8"))
# The mean embedding, (128,), of portraits of people who do not exist (`benchmarks/make_face_centre.py`).
CENTRE = np.array(_TABLE["centre"], np.float32)
_MEAN = (122.782, 117.001, 104.298)  # of red, green and blue, as dlib's input layer subtracts it
# Blocks in their order: the name, the channels that go in and come out. A "down" block halves the side.
_BLOCKS = (
    *((f"conv32_{i}", 32, 32) for i in (1, 2, 3)),
    ("conv64_down", 32, 64),
    *((f"conv64_{i}", 64, 64) for i in (1, 2, 3)),
    ("conv128_down", 64, 128),
    *((f"conv128_{i}", 128, 128) for i in (1, 2)),
    ("conv256_down", 128, 256),
    *((f"conv256_{i}", 256, 256) for i in (1, 2)),
    ("conv256_down_out", 256, 256),
)


class FaceNetworkError(ValueError):
    """The weights are not those of the network."""


class FaceNetwork(nn.Module):
    """Aligned faces (n, 3, 150, 150), sRGB in [0, 255], to vectors (n, 128). dlib's affine layers are folded in."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv32_down = nn.Conv2d(3, 32, 7, stride=2)
        for name, inputs, outputs in _BLOCKS:
            self.add_module(name, _Block(inputs, outputs, "down" in name))
        self.fc = nn.Linear(256, DIMENSION, bias=False)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)

    def forward(self, faces: Tensor) -> Tensor:
        """Return the embeddings, which are not of unit length."""
        maps = F.max_pool2d(F.relu(self.conv32_down((faces - self.mean) / 256)), 3, 2)
        for name, _, _ in _BLOCKS:
            maps = self.get_submodule(name)(maps)
        embedded: Tensor = self.fc(maps.mean((2, 3)))
        return embedded


class _Block(nn.Module):
    """Two convolutions, whose result is added to what came in; a halving block averages and pads that (He 2016)."""

    def __init__(self, inputs: int, outputs: int, down: bool) -> None:
        super().__init__()
        self.more = outputs - inputs
        self.down = down
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2 if down else 1, padding=0 if down else 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        changed = self.conv2(F.relu(self.conv1(maps)))
        if self.down:
            maps = F.avg_pool2d(maps, 2, 2)
            below, beside = (own - new for own, new in zip(maps.shape[2:], changed.shape[2:], strict=True))
            changed = F.pad(changed, (0, beside, 0, below))
            maps = F.pad(maps, (0, 0, 0, 0, 0, self.more))
        return F.relu(maps + changed)


def read_face_network(content: bytes) -> FaceNetwork:
    """Return the network with the weights of the file's content, in evaluation mode, float32.

    Args:
        content: The file's bytes, whose digest was checked (`pretrained.catalogue.load`).

    Raises:
        FaceNetworkError: If there are fewer or more bytes than the layers need.
    """
    network = FaceNetwork()
    network.load_state_dict(_state(_numbers(content)))
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _numbers(content: bytes) -> dict[str, Tensor]:
    """Return the tensors of the file's content by their names in the package, float32."""
    found, start = {}, 0
    for name, shape, *scale in _TABLE["layout"]:
        count = math.prod(shape)
        stop = start + count * (1 if scale else 4)
        if stop > len(content):
            raise FaceNetworkError(f"the weights of the face embedding end within {name}")
        if scale:
            step, least = map(np.float32, scale)
            values = np.frombuffer(content[start:stop], np.uint8) * step + least
        else:
            values = np.frombuffer(content[start:stop], "<f4").astype(np.float32)
        found[name], start = torch.from_numpy(values.reshape(shape)), stop
    if start != len(content):
        raise FaceNetworkError(f"the weights of the face embedding are followed by {len(content) - start} bytes")
    return found


def _state(numbers: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the state of a `FaceNetwork`: each convolution with the affine layer that follows it."""
    state = {"fc.weight": numbers["fc"].T.contiguous()}
    for name in ("conv32_down", *(f"{block}.conv{i}" for block, _, _ in _BLOCKS for i in (1, 2))):
        kernel, bias, scale, shift = (
            numbers[f"{name.replace('.', '/')}/{part}"]
            for part in ("conv/filters", "conv/bias", "scale/weights", "scale/biases")
        )
        state[f"{name}.weight"] = (kernel * scale).permute(3, 2, 0, 1).contiguous()
        state[f"{name}.bias"] = bias * scale + shift
    return state
