"""Weights of unknown origin, as safetensors: a file's head is checked before any memory is taken for its tensors.

A network is built on torch's `meta` device, where it has shapes and no numbers. The numbers are read only when names,
shapes and types agree with the head of the file, and become the network's own. So a model folder never costs more
memory than its files have bytes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor, nn

from influencer_style.storage.regular import open_regular, read_regular

MOST_BYTES = 2_000_000_000  # of a file
_MOST_HEAD = 8_000_000  # bytes; a thousand looks with marks have 1.2 million
_METADATA = "__metadata__"
_TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}


class WeightsError(ValueError):
    """A file holds no weights, too many, or not those that are needed; the message names the file."""


class WeightsFile:
    """A safetensors file, regular and no link, of which only the head has been read.

    `metadata` are the texts in the head, and `shapes` the type (as safetensors spells it) and shape of each tensor, by
    name. Raises WeightsError if the head is damaged or too large, or the file has more than `MOST_BYTES`, OSError if it
    is not a regular file, or cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with open_regular(self.path) as file:
            if os.fstat(file.fileno()).st_size > MOST_BYTES:
                raise WeightsError(f"{self.path.name} has more than {MOST_BYTES / 1e9:.0f} GB, more than any model")
            length = int.from_bytes(file.read(8), "little")
            head = file.read(length) if length <= _MOST_HEAD else b""
        if not head or len(head) < length:
            raise WeightsError(f"{self.path.name} is not a whole safetensors file")
        try:
            self.metadata, self.shapes = _read_head(head)
        except (ValueError, RecursionError) as error:
            raise WeightsError(f"{self.path.name} has a damaged head; copy the file again") from error

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors, by name. Raises WeightsError if the file is damaged, OSError if it cannot be read."""
        try:
            return load(read_regular(self.path, MOST_BYTES))
        except (OSError, MemoryError):
            raise
        except Exception as error:  # safetensors' own, and torch's
            raise WeightsError(f"{self.path.name} is damaged ({error}); copy the file again") from error

    def fill(self, network: nn.Module, stored: torch.dtype = torch.float32) -> None:
        """Give a network that was built on the `meta` device the weights in this file.

        Its floating-point weights become float32; `stored` is the type in which the file holds them. Raises
        WeightsError, which names the first tensor that is missing, unexpected, or of another shape or type, or OSError
        if the file cannot be read.
        """
        expected = {
            name: (_TYPES[stored if value.is_floating_point() else value.dtype], tuple(value.shape))
            for name, value in network.state_dict().items()
        }
        for name in sorted(expected.keys() | self.shapes.keys()):
            if expected.get(name) != self.shapes.get(name):
                there, needed = _in_words(self.shapes.get(name)), _in_words(expected.get(name))
                raise WeightsError(f"{self.path.name}: {name[:100]} is {there}, and the network needs {needed}")
        values = self.tensors()
        network.load_state_dict(
            {name: value.float() if value.is_floating_point() else value for name, value in values.items()}, assign=True
        )


def _read_head(head: bytes) -> tuple[dict[str, str], dict[str, tuple[str, tuple[int, ...]]]]:
    """Return the texts and the shapes in the head of a file. Checked by hand: a machine that trains has no pydantic.

    Raises ValueError if the head is not one that safetensors writes.
    """
    entries = json.loads(head)
    if not isinstance(entries, dict):
        raise ValueError("the head is no table")
    metadata = entries.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("the metadata are no texts")
    return metadata, {name: _shape_of(entry) for name, entry in entries.items()}


def _shape_of(entry: object) -> tuple[str, tuple[int, ...]]:
    dtype, shape = (entry.get("dtype"), entry.get("shape")) if isinstance(entry, dict) else (None, None)
    if not isinstance(dtype, str) or not isinstance(shape, list):
        raise ValueError("a tensor has no type or no shape")
    if not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError("a shape holds something else than sides")
    return dtype, tuple(shape)


def _in_words(entry: tuple[str, tuple[int, ...]] | None) -> str:
    return "nothing" if entry is None else f"{entry[0]} {list(entry[1])}"
