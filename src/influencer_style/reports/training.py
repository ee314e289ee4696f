"""Pictures of a training: sample grids along the steps, and the curves of its losses."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from influencer_style.examples.batch import Paired, PairedPhotos
from influencer_style.looks.pixels import to_uint8
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.reports.figures import draw_curve
from influencer_style.reports.grid import INK, PAPER, stacked


def draw_samples(
    generator: TransferGenerator, people: Tensor, codes: dict[str, Tensor], step: int, tile: int = 96
) -> Image.Image:
    """Draw one strip at `tile` pixels a picture: each person, then the same person in every look.

    People are crops (n, 3, s, s) in [0, 1], codes are the style codes (d,) of the looks.
    """
    columns = []
    for person in people.split(1):
        columns += [person.cpu(), *(_made(generator, person, code[None]) for code in codes.values())]
    return _strip(torch.cat(columns), step, tile)


def draw_examples_in_looks(
    generator: TransferGenerator, examples: PairedPhotos, step: int, count: int = 8
) -> Image.Image:
    """Draw one strip of examples, spread over all: input, result with z = 0, truth, side by side."""
    shown = examples.at(torch.linspace(0, len(examples.inputs) - 1, count).long())
    results = _made(generator, shown.inputs, shown.codes)
    return _strip(torch.stack([shown.inputs, results, shown.truth], 1).flatten(0, 1), step, 64)


def draw_known_portraits(generator: SynthesisGenerator, portraits: Paired, step: int, count: int = 12) -> Image.Image:
    """Draw one strip of portraits, spread over all: the result and the truth side by side."""
    shown = portraits.at(torch.linspace(0, len(portraits.truth) - 1, count).long())
    results = _made(generator, shown.noise, shown.codes)
    return _strip(torch.stack([results, shown.truth], 1).flatten(0, 1), step, 64)


def draw_nobodies(
    generator: SynthesisGenerator, noise: Tensor, codes: dict[str, Tensor], step: int, tile: int = 64
) -> Image.Image:
    """Draw one strip: for each z (n, z), the same made-up person in every look."""
    styles = torch.stack(list(codes.values()))
    rows = [_made(generator, z.expand(len(styles), -1), styles) for z in noise.split(1)]
    return _strip(torch.cat(rows), step, tile)


@torch.no_grad()
def _made(generator: TransferGenerator | SynthesisGenerator, *inputs: Tensor) -> Tensor:
    device = next(generator.parameters()).device
    return generator(*(part.to(device) for part in inputs)).cpu()


def stack_samples(strips: list[Image.Image], most: int = 8) -> Image.Image:
    """Stack at most `most` strips of samples: the first, the last, and others evenly spaced between them."""
    chosen = np.unique(np.linspace(0, len(strips) - 1, min(most, len(strips))).round().astype(int))
    return stacked([strips[i] for i in chosen])


def draw_curves(history: pd.DataFrame) -> Image.Image:
    """Draw every loss over the steps, one small panel each.

    `history` has the column `step`, optionally `seconds`, and one for each loss; gaps are allowed.
    """
    names = [name for name in history.columns if name not in ("step", "seconds")]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4 * columns, 2.6 * rows), layout="constrained")
    for i, name in enumerate(names):
        draw_curve(figure.add_subplot(rows, columns, i + 1), history, name)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return Image.open(stream).convert("RGB")


def _strip(pictures: Tensor, step: int, tile: int) -> Image.Image:
    """Draw pictures (n, 3, s, s) in a row, after the number of the step."""
    strip = Image.new("RGB", (90 + len(pictures) * (tile + 4), tile + 4), PAPER)
    pen = ImageDraw.Draw(strip)
    pen.text((8, tile // 2), f"step {step}", fill=INK, font=ImageFont.load_default(size=15), anchor="lm")
    for i, pixels in enumerate(to_uint8(pictures)):
        picture = Image.fromarray(pixels).resize((tile, tile), Image.Resampling.LANCZOS)
        strip.paste(picture, (90 + i * (tile + 4), 2))
    return strip
