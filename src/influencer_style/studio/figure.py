"""The distance field of one person: skin, eyes, hair and clothes; and spectacles, which rays meet directly.

Unit: decimetre. Axes of the head: x to image right, y up, z towards the camera; the origin lies between the ears at the
height of the nose bridge. Points are tensors (3, n), distances (n,).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from influencer_style.studio.hair import Hair
from influencer_style.studio.identity import Identity, Pose
from influencer_style.studio.solids import Capsules, Ellipsoids, bell, length, smooth_max, smooth_min, step

PIVOT = torch.tensor([0.0, -0.75, -0.25])[:, None]
EYE_RADIUS = 0.134
# the head's own axes are narrower than the world: widths below were drawn for a long head
WIDEN = torch.tensor([1.09, 1.0, 1.0])[:, None]
BLOCK = 8192
RIM, WIRE = 0.019, 0.014  # radii of the rims of spectacles, and of their bridge and temples


class Figure:
    """One person in one pose, as distances to skin, eyes, hair and clothes."""

    def __init__(self, identity: Identity, pose: Pose) -> None:
        self.identity, self.pose = identity, pose
        yaw, pitch, roll = (math.radians(angle) for angle in (pose.yaw, -pose.pitch, pose.roll))
        turn = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
        nod = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
        tilt = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
        self.rotation = torch.tensor(tilt @ turn @ nod, dtype=torch.float32)
        i = identity
        self.chin_y = -0.95 - 0.06 * i.face_length - 0.035 * pose.parted
        self.mouth_y = -0.605 - 0.03 * i.face_length - 0.01 * i.nose_length
        self.mouth_w = 0.222 + 0.03 * i.lip_width + 0.04 * pose.smile
        thin = (1.0 - 0.25 * i.age) * (1.0 - 0.2 * pose.smile)
        self.lip_up, self.lip_low = (0.080 + 0.026 * i.lip_upper) * thin, (0.100 + 0.030 * i.lip_lower) * thin
        self.gap_up, self.gap_low = 0.020 * pose.parted, (0.045 + 0.03 * pose.smile) * pose.parted
        self.eye = (0.295 + 0.020 * i.eye_spacing, 0.05, 0.545)
        self.eye_w = 0.150 + 0.012 * i.eye_size
        self.lid_top = 0.059 + 0.009 * i.eye_open - 0.007 * pose.smile - 0.008 * i.age
        self.lid_low = -0.050 + 0.010 * pose.smile - 0.004 * i.age
        self.brow_y = 0.275 + 0.028 * i.brow_height
        self.nose_tip = (0.0, -0.275 - 0.035 * i.nose_length, 0.875 + 0.02 * i.nose_bridge)
        self.hair = Hair(i)
        self._bumps()
        self._solids()

    def _bumps(self) -> None:
        """Soft swellings and hollows of the face: height, centre, size along each axis (mirrored over x)."""
        i, m, smile = self.identity, self.mouth_y, self.pose.smile
        up, low, beard = self.gap_up, self.gap_low, i.beard_length * i.beard
        ex, ey, _ = self.eye
        table = [
            (-0.075, ex - 0.03, ey + 0.02, 0.66, 0.21, 0.13, 0.30),  # eye socket
            (0.030, 0.26, self.brow_y - 0.02, 0.66, 0.22, 0.09, 0.25),  # brow ridge
            (0.055 + 0.03 * i.cheek, 0.45, -0.15, 0.45, 0.16, 0.15, 0.28),  # cheekbone
            (0.028 + 0.045 * smile - 0.02 * i.age, 0.32, -0.27, 0.60, 0.15, 0.13, 0.25),  # apple of the cheek
            (-0.022 + 0.02 * i.cheek - 0.02 * i.age, 0.44, -0.52, 0.40, 0.15, 0.20, 0.30),  # hollow of the cheek
            (0.030 * i.age, 0.36, -0.78, 0.36, 0.12, 0.14, 0.20),  # jowl
            (-0.022 - 0.012 * i.age, 0.52, 0.34, 0.42, 0.10, 0.20, 0.25),  # temple
            (0.050, 0.0, m, 0.66, 0.26, 0.21, 0.30),  # the teeth's mound
            (-0.010 - 0.014 * smile - 0.010 * i.age, 0.26, -0.46, 0.66, 0.05, 0.13, 0.25),  # fold from nose to mouth
            (-0.014, 0.0, m + 0.145, 0.74, 0.035, 0.07, 0.20),  # philtrum
            (0.042 + 0.010 * i.lip_upper, 0.055, m + 0.050 + up, 0.72, 0.14, 0.046, 0.25),  # upper lip
            (0.050 + 0.012 * i.lip_lower, 0.0, m - 0.066 - low, 0.72, 0.16, 0.056, 0.25),  # lower lip
            (-0.036, 0.0, m - 0.003 + (up - low) / 2, 0.74, 0.155, 0.018 + 0.6 * (up + low), 0.25),  # between the lips
            (-0.016, self.mouth_w + 0.01, m, 0.60, 0.05, 0.06, 0.25),  # corner of the mouth
            (-0.030, 0.0, m - 0.185, 0.68, 0.17, 0.06, 0.25),  # above the chin
            (0.110 * beard, 0.0, self.chin_y + 0.02, 0.60, 0.26, 0.17, 0.30),  # beard on the chin
            (0.070 * beard, 0.36, -0.66, 0.34, 0.15, 0.26, 0.28),  # beard on the jaw
            (0.022 * beard, 0.10, m + 0.150 + up, 0.70, 0.15, 0.045, 0.20),  # moustache
        ]
        data = torch.tensor(table, dtype=torch.float32)
        height, centre, scale = data[:, 0], data[:, 1:4] - self._origin.T, data[:, 4:].pow(-2)
        self._height = height[None]
        # (p - c)^2 / s^2 expanded, so that one small matrix product makes the exponents of all bumps
        self._quadratic = torch.cat([scale, -2.0 * scale * centre], 1)
        self._constant = (scale * centre * centre).sum(1)[:, None]

    _origin = torch.tensor([0.15, -0.4, 0.68])[:, None]

    def to_head(self, points: Tensor) -> Tensor:
        """World points (3, n) in the axes of the turned head."""
        return (self.rotation.T @ (points - PIVOT) + PIVOT) / WIDEN

    def smile_line(self, x: Tensor) -> Tensor:
        """Rise of the mouth at `x` by the smile."""
        return (0.075 * self.pose.smile - 0.012) * (x / self.mouth_w).pow(2).clamp_max(1.6)

    def aperture(self, ax: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Signed heights above the upper lid's edge and below the lower lid's; both negative inside the opening."""
        u = (ax - self.eye[0]) / self.eye_w
        v = y - self.eye[1] - (0.012 + 0.014 * self.identity.eye_tilt) * u
        arch = 1.0 - u * u * (1.1 - 0.1 * u)
        return v - self.lid_top * arch, self.lid_low * (1.0 - u * u) - v

    def _solids(self) -> None:
        """The round masses of head and body, in head and in body axes."""
        i, tip = self.identity, self.nose_tip
        wide, broad, flat = 1.0 + 0.05 * i.face_width, 1.0 + 0.2 * i.nose_width, (0.0, 0.0)
        self._masses = Ellipsoids([
            ((0.0, 0.36, -0.24), (0.715 * wide, 0.84 + 0.03 * i.forehead, 0.93), flat),  # cranium
            ((0.0, -0.27, 0.13), (0.575 * wide, 0.85 + 0.04 * i.face_length, 0.575), flat),  # face
            ((0.0, self.chin_y + 0.04, 0.52 + 0.03 * i.chin), (0.145 + 0.04 * i.jaw, 0.13, 0.14), flat),  # chin
            ((0.092 * broad, tip[1] - 0.040, tip[2] - 0.135), (0.062 * broad, 0.062, 0.095), flat),  # wing of the nose
            ((0.056 * broad, tip[1] - 0.095, tip[2] - 0.105), (0.026 * broad, 0.018, 0.04), flat),  # nostril
            ((0.70 * wide, -0.03, -0.32), (0.08, 0.235 + 0.03 * i.ear, 0.14), (0.2, -0.3)),  # ear
        ])  # fmt: skip
        corner, thick = (0.335 * wide + 0.06 * i.jaw, -0.56, -0.02), 0.345 + 0.06 * i.neck
        root, end = (0.0, 0.10, 0.640 + 0.025 * i.nose_bridge), (0.0, tip[1] + 0.01, tip[2] - 0.075)
        self._bones = Capsules([
            (corner, (0.10, self.chin_y + 0.03, 0.46), 0.15, 0.12),  # jaw
            (root, end, 0.044, 0.082 * (1 + 0.12 * i.nose_width)),  # bridge of the nose
            ((0.0, -0.5, -0.26), (0.0, -2.0, -0.36), thick, thick + 0.05),  # neck
        ])  # fmt: skip
        self.glasses = Glasses(i, self.eye, self.nose_tip) if i.glasses != "none" else None
        self._shoulders = Capsules([((0.20, -1.86, -0.42), (1.30, -2.16, -0.46), 0.40, 0.42)])
        self._chest = Ellipsoids([((0.0, -2.75, -0.3), (1.35, 1.1, 0.62), (0.0, 0.0))])

    def parts(self, points: Tensor) -> Tensor:
        """Distances (4, n) of world points (3, n) to skin, eyes, hair and clothes."""
        x, y, z = self.to_head(points)
        ax = (x * x + 4e-4).sqrt()
        half = torch.stack([ax, y, z])
        cranium, face, chin, wing, hole, ear = self._masses(half)
        jaw, nose, neck = self._bones(half)
        skin = smooth_min(smooth_min(smooth_min(cranium, face, 0.3), jaw, 0.22), chin, 0.16)
        near = (y - self.mouth_y) / 0.28
        p = torch.stack([ax, y - self.smile_line(ax) * bell(near * near), z]) - self._origin
        swell = self._height @ bell(self._quadratic @ torch.cat([p * p, p]) + self._constant)
        skin = smooth_min(skin - swell[0], smooth_min(nose, wing, 0.08), 0.16)
        skin = smooth_max(skin, -hole, 0.03)
        ex, ey, ez = self.eye
        ball = ((ax - ex) ** 2 + (y - ey) ** 2 + (z - ez) ** 2).sqrt() - EYE_RADIUS
        opening = torch.maximum(*self.aperture(ax, y))
        skin = smooth_max(smooth_min(skin, ball - 0.020, 0.06), -torch.maximum(0.8 * opening, 0.3 - z), 0.022)
        skin = smooth_min(skin, ear + 0.03 * bell(((y + 0.03) ** 2 + (z + 0.02) ** 2) / 0.012), 0.08)
        bx, by, bz = points
        side = (bx * bx + 1e-4).sqrt()
        torso = smooth_min(self._shoulders(torch.stack([side, by, bz]))[0], self._chest(points)[0], 0.3)
        body = smooth_min(neck, torso, 0.35)
        clothes = self._clothes(side, by, bz, body, neck)
        hair = self.hair.distance(x, y, z)
        return torch.stack([smooth_min(skin, body, 0.12), ball, hair, clothes])

    def _clothes(self, side: Tensor, y: Tensor, z: Tensor, body: Tensor, neck: Tensor) -> Tensor:
        """A layer on the body, cut out at the neck; a shirt has a collar that stands up, a roll neck closes."""
        i = self.identity
        if i.garment == "roll":
            return smooth_max(body - 0.05, y + 1.18, 0.06)
        edge = y + 1.40 + 0.25 * i.neckline - 0.25 * side * side + 0.12 * step(-0.2, -0.7, z)
        if i.garment == "crew":
            return smooth_max(body - 0.035, edge, 0.05)
        front = step(-0.5, -0.1, z)
        cut = torch.maximum((y + 1.75 + 0.35 * i.neckline - 1.5 * side) * 0.55, y + 1.36)
        cloth = smooth_max(body - 0.035, y + 1.30 + front * (cut - y - 1.30), 0.03)
        if i.garment == "shirt":
            band = smooth_max(neck - 0.10, (y + 1.42 + 0.1 * z).abs() - 0.20, 0.03)
            gap = 0.02 + 0.55 * (y + 1.62).clamp_min(0.0) - side
            cloth = torch.minimum(cloth, smooth_max(band, gap - 2.0 * (1.0 - front), 0.03))
        return cloth

    def scalp(self, local: Tensor) -> Tensor:
        """How densely hair roots stand (n,), 0 to 1, at head points (3, n)."""
        return self.hair.scalp(local, self._masses(local)[0])

    def distance(self, points: Tensor) -> Tensor:
        """Signed distance (n,) of world points (3, n) to the nearest surface."""
        # blocks that fit the processor's cache are faster
        return torch.cat([self.parts(block).amin(0) for block in points.split(BLOCK, 1)])


class Glasses:
    """Two rims on a curved front, a bridge and two temples.

    Rays meet them directly: a march through a distance field would step over wires this thin.
    """

    def __init__(self, identity: Identity, eye: tuple[float, float, float], tip: tuple[float, float, float]) -> None:
        x, y, _ = eye
        self.centre = (x + 0.005, y - 0.03)
        self.front = tip[2] - 0.045
        self.radii, self.power = {"round": ((0.200, 0.185), 2.0), "square": ((0.225, 0.160), 5.0)}[identity.glasses]
        self.inner, self.outer = self.centre[0] - self.radii[0], self.centre[0] + self.radii[0]
        self.bridge_y = y + 0.02

    def _depth(self, ax: Tensor) -> Tensor:
        """Where the front lies (n,) along z: it bends back towards the temples."""
        return self.front - 0.45 * (ax - 0.1).clamp_min(0.0).square()

    def _outline(self, ax: Tensor, y: Tensor) -> Tensor:
        """Signed distance (n,), about, from the middle of rims and bridge within the front, less their radius."""
        u, v = (ax - self.centre[0]) / self.radii[0], (y - self.centre[1]) / self.radii[1]
        norm = (u.abs() ** self.power + v.abs() ** self.power + 1e-6) ** (1.0 / self.power)
        rim = ((norm - 1.0) * min(self.radii)).abs() - RIM
        arch = self.bridge_y + 0.02 - 0.5 * ax * ax
        return torch.minimum(rim, torch.maximum((y - arch).abs() - WIRE, ax - self.inner))

    def meet(self, origin: Tensor, rays: Tensor) -> tuple[Tensor, Tensor]:
        """Distance along each ray (n,) to a frame, infinity where it meets none, and normals (3, n)."""
        at = (self.front - origin[2]) / rays[2]
        for _ in range(2):
            at = (self._depth((origin[0] + at * rays[0]).abs()) - origin[2]) / rays[2]
        x, y, _ = origin + at * rays
        side, ax = torch.sign(x), x.abs()
        level = self._outline(ax, y)
        slope = torch.stack([self._outline(ax + 1e-3, y) - level, self._outline(ax, y + 1e-3) - level])
        slope = slope / slope.norm(dim=0).clamp_min(1e-9)
        lean = (1.0 + level / RIM).clamp(0.0, 1.0)
        normals = torch.stack([side * slope[0] * lean, slope[1] * lean, (1.0 - lean * lean).sqrt() + 0.05])
        at = torch.where(level < 0.0, at - RIM, torch.inf)
        aside, outward = self._temples(origin, rays, side)
        return torch.minimum(at, aside), torch.where(aside < at, outward, normals)

    def _temples(self, origin: Tensor, rays: Tensor, side: Tensor) -> tuple[Tensor, Tensor]:
        """The same of the temples: where each ray comes nearest to the one on its side."""
        flip = torch.stack([side, torch.ones_like(side), torch.ones_like(side)])
        start, towards = origin * flip, rays * flip
        y, z = self.bridge_y, float(self._depth(torch.tensor(self.outer)))
        hinge, ear = torch.tensor([[self.outer], [y], [z]]), torch.tensor([[0.66], [y + 0.03], [-0.2]])
        axis, away = ear - hinge, start - hinge
        a, b, c = (towards * towards).sum(0), (towards * axis).sum(0), (axis * axis).sum()
        d, e = (towards * away).sum(0), (axis * away).sum(0)
        along = ((a * e - b * d) / (a * c - b * b).clamp_min(1e-6)).clamp(0.0, 1.0)
        at = (b * along - d) / a
        gap = away + at * towards - along * axis
        distance = length(gap)
        return torch.where(distance < WIRE, at - WIRE, torch.inf), gap * flip / distance.clamp_min(1e-6)
