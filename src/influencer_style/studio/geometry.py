"""From a person and a pose to a G-buffer: what each ray of the picture meets, before any light or colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from influencer_style.studio.figure import BLOCK, WIDEN, Figure
from influencer_style.studio.identity import Identity, Pose
from influencer_style.studio.solids import unit
from influencer_style.studio.surface import eye_marks, skin_marks

SKIN, EYE, HAIR, CLOTHES, GLASSES, BACKGROUND = range(6)
CAMERA = torch.tensor([0.0, -0.06, 11.0])
FOCUS_Z, FRAME = 0.4, 2.95  # the frame is FRAME decimetres wide at depth FOCUS_Z
NEAR, FAR = 9.6, 12.2
BUNDLE = 4  # rays along each side of a cone
SUBSAMPLES = ((-0.125, -0.375), (0.375, -0.125), (-0.375, 0.125), (0.125, 0.375))


@dataclass(frozen=True)
class GBuffer:
    """What the rays of one picture met.

    There is one ray for each of the size * size pixels (row by row), then four for each pixel listed in `edges`, so
    that outlines are smooth. `hits` (h,) indexes the rays that met something; the other tensors describe these, in
    order.
    """

    size: int
    figure: Figure
    edges: Tensor  # (k,) pixel indexes
    hits: Tensor  # (h,) ray indexes
    material: Tensor  # (h,) SKIN, EYE, HAIR, CLOTHES or GLASSES
    points: Tensor  # (3, h) world positions in decimetres
    normals: Tensor  # (3, h) world
    views: Tensor  # (3, h) unit vectors towards the camera
    openness: Tensor  # (h,) ambient occlusion: 1 open, 0 closed
    marks: dict[int, dict[str, Tensor]]  # for SKIN, EYE and HAIR, in the order of the hits: see surface.py

    @property
    def rays(self) -> int:
        """The number of rays."""
        return self.size * self.size + 4 * len(self.edges)

    @property
    def pixels(self) -> Tensor:
        """Pixel index (rays,) of each ray."""
        return torch.cat([torch.arange(self.size * self.size), self.edges.repeat_interleave(4)])

    def resolve(self, values: Tensor) -> Tensor:
        """Average per-ray values (rays, c) to pixels (size, size, c)."""
        pixels = self.size * self.size
        image = values[:pixels].clone()
        image[self.edges] = values[pixels:].reshape(len(self.edges), 4, -1).mean(1)
        return image.reshape(self.size, self.size, -1)


def _rays(pose: Pose, size: int, columns: Tensor, rows: Tensor) -> Tensor:
    """Unit directions (3, n) through picture positions in pixels of a `size` pixel frame."""
    frame = FRAME / pose.scale
    x = ((columns + 0.5) / size - 0.5 - pose.dx) * frame
    y = CAMERA[1] - ((rows + 0.5) / size - 0.5 - pose.dy) * frame
    towards = torch.stack([x, y, torch.full_like(x, FOCUS_Z)]) - CAMERA[:, None]
    return unit(towards)


def _grid(size: int) -> tuple[Tensor, Tensor]:
    index = torch.arange(size * size)
    return (index % size).float(), torch.div(index, size, rounding_mode="floor").float()


def _trace(figure: Figure, rays: Tensor, depth: Tensor, radius: float, stride: float, steps: int) -> Tensor:
    """Walk along `rays` from `depth` until the surface is nearer than `radius`; depth FAR where nothing is met.

    Forward steps are never shorter than a stride, which grows: rays that graze a surface would creep along it. A ray
    that so gets below a surface backs out of it without strides.
    """
    depth, strides = depth.clone(), torch.full_like(depth, stride)
    active = torch.nonzero(depth < FAR)[:, 0]
    for _ in range(steps):
        if not len(active):
            break
        start = depth[active]
        distance = figure.distance(CAMERA[:, None] + rays[:, active] * start)
        least = torch.where(distance < -radius, 0.0, strides[active])
        forward = torch.maximum(1.1 * distance, least)
        depth[active] = (start + torch.where(distance > radius, forward, distance)).clamp_max(FAR)
        strides[active] = 1.15 * least
        active = active[(distance.abs() > radius) & (depth[active] < FAR)]
    return depth


def _edges(size: int, depth: Tensor, material: Tensor, drop: float) -> Tensor:
    """Pixels on both sides of a seam: where the neighbour is another thing, or deeper by more than `drop`."""
    layers = torch.stack([depth, material.float()]).view(2, size, size)
    edge = torch.zeros(size, size, dtype=torch.bool)
    for grid, (far, kind) in ((edge, layers), (edge.T, layers.transpose(1, 2))):
        seam = ((far[:, :-1] - far[:, 1:]).abs() > drop) | (kind[:, :-1] != kind[:, 1:])
        grid[:, :-1] |= seam
        grid[:, 1:] |= seam
    return torch.nonzero(edge.reshape(-1))[:, 0]


def _meet(figure: Figure, rays: Tensor, depth: Tensor, slack: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What the walked rays met: ray indexes (h,), points (3, h), distances left (h,) and nearest things (h,).

    A ray that ran out of steps with more than `slack` to go was passing something by, and meets nothing.
    """
    hits = torch.nonzero(depth < FAR)[:, 0]
    points = CAMERA[:, None] + rays[:, hits] * depth[hits]
    distance, thing = torch.cat([figure.parts(block) for block in points.split(BLOCK, 1)], 1).min(0)
    met = distance < slack
    return hits[met], points[:, met], distance[met], thing[met]


def _worn(figure: Figure, rays: Tensor, depth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where spectacles are met before anything else: rays (k,), points (3, k) and normals (3, k)."""
    if figure.glasses is None:
        nowhere = torch.zeros(3, 0)
        return torch.zeros(0, dtype=torch.long), nowhere, nowhere
    towards = figure.rotation.T @ rays / WIDEN
    at, normals = figure.glasses.meet(figure.to_head(CAMERA[:, None]), towards)
    index = torch.nonzero(at < depth)[:, 0]
    facing = figure.rotation @ normals[:, index]
    return index, CAMERA[:, None] + rays[:, index] * at[index], unit(facing)


def spread(size: int, hits: Tensor, pixels: Tensor, block: int, measure: Callable[[Tensor], Tensor]) -> Tensor:
    """Values (h,) for all hits of a smooth quantity that is measured in every `block`-th row and column only.

    `hits` and `pixels` hold the ray and the pixel of each hit; `measure` gets positions within `hits`.
    """
    row, column = torch.div(pixels, size, rounding_mode="floor"), pixels % size
    regular = (hits < size * size) & (row % block == block // 2) & (column % block == block // 2)
    chosen, grid = torch.nonzero(regular)[:, 0], -(-size // block)
    place = torch.div(row, block, rounding_mode="floor") * grid + torch.div(column, block, rounding_mode="floor")
    maps = torch.zeros(2, grid * grid)
    maps[0, place[chosen]], maps[1, place[chosen]] = measure(chosen), 1.0
    soft = avg_pool2d(maps.view(1, 2, grid, grid), 3, 1, 1)
    wide = interpolate(soft, size=(grid * block, grid * block), mode="bilinear", align_corners=False)
    total, weight = wide[0, :, :size, :size].reshape(2, -1)
    return torch.where(weight > 1e-3, total / weight.clamp_min(1e-3), 1.0)[pixels]


def _openness(figure: Figure, points: Tensor, normals: Tensor) -> Tensor:
    """How much of the sky a point sees, from the distance field a few steps off the surface."""
    closed = torch.zeros(points.shape[1])
    for away, weight in ((0.05, 5.0), (0.14, 2.2), (0.34, 0.9)):
        closed += weight * (away - figure.distance(points + away * normals)).clamp_min(0.0)
    return (1.0 - closed).clamp(0.12, 1.0)


@torch.inference_mode()
def march(identity: Identity, pose: Pose, size: int) -> GBuffer:
    """Find what every pixel of a `size` x `size` portrait shows. Raises ValueError unless 16 <= size <= 2048."""
    if not 16 <= size <= 2048:
        raise ValueError(f"size must lie between 16 and 2048 pixels, got {size}")
    figure, pixel = Figure(identity, pose), FRAME / pose.scale / size
    columns, rows = _grid(size)
    stride = max(1.5 * pixel, 0.03)
    # a cone of rays walks until the surface enters it; the rays inside go on from there
    coarse, centre = -(-size // BUNDLE), (BUNDLE - 1) / 2
    coarse_columns, coarse_rows = _grid(coarse)
    cones = _rays(pose, size, coarse_columns * BUNDLE + centre, coarse_rows * BUNDLE + centre)
    depth = _trace(figure, cones, torch.full((coarse * coarse,), NEAR), 0.75 * BUNDLE * pixel, 0.0, 9)
    cone = torch.div(rows, BUNDLE, rounding_mode="floor") * coarse + torch.div(columns, BUNDLE, rounding_mode="floor")
    rays = _rays(pose, size, columns, rows)
    depth = _trace(figure, rays, depth[cone.long()], 0.4 * pixel, stride, 12)
    hits, points, distance, material = _meet(figure, rays, depth, 3.0 * pixel)
    seen = torch.full((size * size,), BACKGROUND)
    seen[hits] = material
    worn = _worn(figure, rays, depth)
    seen[worn[0]] = GLASSES
    # finer rays where the picture has seams, from the nearest depth around
    edges = _edges(size, depth, seen, max(0.05, 2.0 * pixel))
    shifted = [_rays(pose, size, columns[edges] + dx, rows[edges] + dy) for dx, dy in SUBSAMPLES]
    finer = torch.stack(shifted, 2).reshape(3, -1)
    around = -max_pool2d(-depth.view(1, 1, size, size), 3, 1, 1).view(-1)[edges].repeat_interleave(4)
    start = torch.where(around < FAR, around - 2.0 * pixel, FAR)
    fine_depth = _trace(figure, finer, start, 0.4 * pixel, stride, 12)
    more, beyond, close, kind = _meet(figure, finer, fine_depth, 2.0 * pixel)
    hits, points = torch.cat([hits, more + size * size]), torch.cat([points, beyond], 1)
    distance, material = torch.cat([distance, close]), torch.cat([material, kind])

    reach = max(0.5 * pixel, 0.004)
    slope = torch.stack([figure.distance(points + reach * axis[:, None]) - distance for axis in torch.eye(3)])
    also = _worn(figure, finer, fine_depth)
    frames = torch.cat([worn[0], also[0] + size * size])
    bare = ~torch.isin(hits, frames)  # spectacles take the place of what their rays had met
    hits = torch.cat([hits[bare], frames])
    material = torch.cat([material[bare], torch.full_like(frames, GLASSES)])
    points = torch.cat([points[:, bare], worn[1], also[1]], 1)
    normals = torch.cat([unit(slope)[:, bare], worn[2], also[2]], 1)
    owners = torch.cat([torch.arange(size * size), edges.repeat_interleave(4)])[hits]
    block = max(1, size // 128)
    openness = spread(size, hits, owners, block, lambda at: _openness(figure, points[:, at], normals[:, at]))
    views, local = unit(CAMERA[:, None] - points), figure.to_head(points)
    skin, eye, hair = (material == thing for thing in (SKIN, EYE, HAIR))
    marks = {
        SKIN: skin_marks(figure, local[:, skin], 0.4 * pixel),
        EYE: eye_marks(figure, local[:, eye], 0.4 * pixel),
        HAIR: figure.hair.marks(local[:, hair], figure.rotation.T @ normals[:, hair]),
    }
    return GBuffer(size, figure, edges, hits, material, points, normals, views, openness, marks)
