"""Coarse grids over a photo, read a tile at a time: what is read of a tile fits into a processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from influencer_style.faces.matting import Box

_ROWS, _COLUMNS = 128, 256  # of a tile, in pixels
Weights = dict[tuple[int, int, bool], tuple[slice, Tensor]]  # by pixels and direction: cells, and their weights


def tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns of the tiles of a photo."""
    for top in range(0, height, _ROWS):
        for left in range(0, width, _COLUMNS):
            yield slice(top, min(top + _ROWS, height)), slice(left, min(left + _COLUMNS, width))


@dataclass(frozen=True)
class Grid:
    """Values on a grid over a part of a photo, which are interpolated linearly.

    Attributes:
        values: (p, h, w).
        box: The part of the photo, which the grid divides into equal cells. Outside it the edge counts.
        weights: What was already computed for some tiles; grids of the same cells may share it.
    """

    values: Tensor
    box: Box
    weights: Weights = field(default_factory=dict, compare=False)

    def at(self, rows: slice, columns: slice, planes: Tensor | None = None) -> Tensor:
        """Return the values (p, n, m) of a tile's pixels, or those with some numbers."""
        (down, vertical), (across, horizontal) = self._axis(rows, True), self._axis(columns, False)
        near = self.values[:, down, across]
        if planes is not None:
            near = near.index_select(0, planes)
        wide = (near.flatten(0, 1) @ horizontal.T).view(*near.shape[:2], -1)
        # Batched, since `vertical @ wide` would return its rows as columns, which all that follows would pay for.
        return torch.bmm(vertical.expand(len(wide), -1, -1), wide)

    def cells(self, rows: slice, columns: slice) -> tuple[slice, slice]:
        """Return the rows and columns of the grid that a tile's pixels are read from."""
        return self._axis(rows, True)[0], self._axis(columns, False)[0]

    def _axis(self, pixels: slice, vertical: bool) -> tuple[slice, Tensor]:
        """Return the cells that pixels lie between along one axis, and their weights (pixels, cells)."""
        key = pixels.start, pixels.stop, vertical
        if key not in self.weights:
            count = self.values.shape[1 if vertical else 2]
            first, last = (self.box.top, self.box.bottom) if vertical else (self.box.left, self.box.right)
            at = (torch.arange(pixels.start, pixels.stop) + 0.5 - first) * (count / (last - first)) - 0.5
            at = at.clamp(0, count - 1)
            before = at.long().clamp_max(max(count - 2, 0))
            cells = slice(int(before[0]), min(int(before[-1]) + 2, count))
            away = (at[:, None] - torch.arange(cells.start, cells.stop)).abs()
            self.weights[key] = cells, (1 - away).clamp_min(0)
        return self.weights[key]
