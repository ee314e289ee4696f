"""The transfer generator as an ONNX graph, for any number of pictures of any size."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from influencer_style.networks.transfer import TransferGenerator

INPUTS = ("image", "code", "noise", "strength")
OUTPUTS = ("picture", "affine", "residual", "regions")
LEAST = 16  # side in pixels of the smallest picture that the graph takes
_TRACED = (80, 72)  # height and width; the segmenter's own 64 would leave its resizing out of the graph
_OPSET = 18


class OnnxForm(nn.Module):
    """A generator with the inputs and outputs of the graph; `stylist/export.py` describes them."""

    def __init__(self, generator: TransferGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, image: Tensor, code: Tensor, noise: Tensor, strength: Tensor) -> tuple[Tensor, ...]:
        """Return picture, affine, residual and regions; strength is (n,)."""
        change = self.generator.change(image, code, noise)
        assert change.regions is not None  # the generator divides every picture into regions
        picture = change.apply(image, strength[:, None, None, None])
        return picture, change.affine, change.residual, change.regions


def write_graph(generator: TransferGenerator, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a generator as one ONNX file, its weights inside.

    Args:
        generator: The generator, in evaluation mode, on the CPU.
        path: The file to write.
        metadata: Texts to keep in the file, for whoever finds it alone.
    """
    config = generator.config
    example = torch.rand(2, 3, *_TRACED), torch.zeros(2, config.code), torch.zeros(2, config.noise), torch.ones(2)
    axes = {0: "n", 2: "height", 3: "width"}, {0: "n"}, {0: "n"}, {0: "n"}
    dynamic = tuple(dict.fromkeys(named, torch.export.Dim.DYNAMIC) for named in axes)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*axis name: .* will not be used")  # the four n are one n
        with _SpelledOut():
            program = torch.export.export(OnnxForm(generator).eval(), example, dynamic_shapes=dynamic, strict=False)
        made = torch.onnx.export(
            program,
            input_names=INPUTS,
            output_names=OUTPUTS,
            opset_version=_OPSET,
            dynamic_shapes=axes,
            verbose=False,
        )
    assert made is not None  # None is what the exporter of earlier releases returned
    ClearMetadataAndDocStringPass()(made.model)  # every node names the files of the machine that it was made on
    made.model.metadata_props.update(metadata)
    made.save(path, external_data=False)


class _SpelledOut(TorchFunctionMode):
    """While this is entered, two functions of torch are computed as sums over rows and over columns.

    ONNX has no operator for the one (average pooling to a given size), and for the other (resizing with a filter) one
    that not every runtime follows to the last digit or runs on its accelerator. To decompose them in the exported
    program would take seconds, because torch would trace it once more.
    """

    def __torch_function__(
        self,
        function: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        """Return what the function returns, or the sums that stand for it."""
        options = kwargs or {}
        if function is F.adaptive_avg_pool2d:
            images, side = args
            return _pooled(images, (side, side))
        if function is F.interpolate and options["antialias"]:
            return _resized(args[0], options["size"])
        return function(*args, **options)


def _pooled(images: Tensor, size: Sequence[int]) -> Tensor:
    """`adaptive_avg_pool2d` of images (n, c, h, w)."""

    def weights(inputs: int, outputs: int) -> Tensor:
        at, cell = torch.arange(inputs), torch.arange(outputs)[:, None]
        first, last = cell * inputs // outputs, ((cell + 1) * inputs + outputs - 1) // outputs
        inside = ((at >= first) & (at < last)).float()
        return inside / inside.sum(1, keepdim=True)

    return _by_rows_and_columns(images, weights, size)


def _resized(images: Tensor, size: Sequence[int]) -> Tensor:
    """`interpolate(images, size, mode="bilinear", antialias=True)`: a triangle that widens as the picture shrinks."""

    def weights(inputs: int, outputs: int) -> Tensor:
        scale = inputs / outputs
        centres = (torch.arange(outputs)[:, None] + 0.5) * scale
        away = (torch.arange(inputs) + 0.5 - centres).abs().div(torch.sym_max(scale, 1.0))  # type: ignore[arg-type]  # symbols too
        near = (1 - away).clamp_min(0)
        return near / near.sum(1, keepdim=True)

    return _by_rows_and_columns(images, weights, size)


def _by_rows_and_columns(images: Tensor, weights: Callable[[int, int], Tensor], size: Sequence[int]) -> Tensor:
    height, width = images.shape[-2:]
    return weights(height, size[0]) @ images @ weights(width, size[1]).T
