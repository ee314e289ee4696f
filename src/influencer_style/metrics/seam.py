"""Whether a restyled photo shows where its face was cut out: the step in the added colours across the crop's edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influencer_style.faces.align import CropTransform

_STRETCHES = 8  # of each side; a seam runs along a line, what a photo shows there seldom does
_LEAST = 8  # places in a stretch
_INSIDE = (-24, -20, -16, -12, -8)  # px from the edge, where there can be no seam


@dataclass(frozen=True)
class Seam:
    """The largest step, in 255ths of a colour channel, in what was added, that the photo's own colours do not explain.

    `edge` is the step across the crop's edge, `beside` across the same outline 8 to 24 px further in, where no seam can
    be.
    """

    edge: float
    beside: float


def seam(before: np.ndarray, after: np.ndarray, transform: CropTransform) -> Seam | None:
    """Return the steps in what was added to a photo; None if the crop's edge does not lie in the photo.

    Photos are uint8 (h, w, 3), `transform` is the place of the crop. What was added depends on the photo's colours, so
    it has steps wherever the photo has. That dependence is fitted further in, stretch by stretch, and subtracted.
    """
    found = []
    for side in range(4):
        colour, added = _steps(before, after, transform, side)
        for stretch in np.split(np.arange(added.shape[1]), _STRETCHES):
            seen = stretch[~np.isnan(added[:, stretch, 0]).any(0)]
            if len(seen) >= _LEAST:
                photo, change = colour[:, seen], added[:, seen]
                slopes = np.linalg.lstsq(photo[1:].reshape(-1, 3), change[1:].reshape(-1, 3))[0]
                found.append(np.abs((change - photo @ slopes).mean(1)).max(1))
    if not found:
        return None
    edge, *beside = np.max(found, axis=0)
    return Seam(float(edge), float(max(beside)))


def outline(transform: CropTransform, side: int, along: np.ndarray, out: float) -> tuple[np.ndarray, np.ndarray]:
    """Return places of one side of a crop's outline, x and y, each (n,), in continuous photo pixels.

    `side` is 0 right, 1 bottom, 2 left, 3 top; `along`, (n,), runs from -0.5 to 0.5, from corner to corner; `out` is
    the distance outside the crop's edge in px, negative inside.
    """
    turn = transform.angle + side * np.pi / 2
    across, along = transform.side / 2 + out, along * transform.side
    return (
        transform.cx + across * np.cos(turn) - along * np.sin(turn),
        transform.cy + across * np.sin(turn) + along * np.cos(turn),
    )


def _steps(before: np.ndarray, after: np.ndarray, transform: CropTransform, side: int) -> tuple[np.ndarray, ...]:
    """Return steps over two pixels in the photo and in what was added, each (6, n, 3): at the edge, then inside.

    NaN outside the photo.
    """
    count = _STRETCHES * max(_LEAST, int(transform.side) // _STRETCHES)
    along = (np.arange(count) + 0.5) / count - 0.5
    height, width = before.shape[:2]

    def read(out: float) -> np.ndarray:
        x, y = (np.floor(v).astype(int) for v in outline(transform, side, along, out))
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        values = np.full((count, 6), np.nan)
        values[inside] = np.concatenate([before[y[inside], x[inside]], after[y[inside], x[inside]]], 1)
        return values

    steps = np.stack([read(out + 1) - read(out - 1) for out in (0, *_INSIDE)])
    return steps[..., :3], steps[..., 3:] - steps[..., :3]
