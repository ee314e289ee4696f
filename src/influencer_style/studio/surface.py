"""Where things lie on a person, as soft masks: lips, brows, lids, blush, beard, iris, strands. No colour, no light."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.figure import EYE_RADIUS, Figure
from influencer_style.studio.solids import step
from influencer_style.studio.texture import noise_table, sample

IRIS, PUPIL = 0.072, 0.030  # radii in decimetres


def skin_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    """Masks in [0, 1] of skin points (3, n) in head axes; edges are soft over about `blur` decimetres."""
    i, m = figure.identity, figure.mouth_y
    x, y, z = local
    ax = x.abs()
    front = step(0.25, 0.4, z)
    noise = sample(noise_table(i.texture_seed, 64, 64, (3, 3)), x * 1.1 + 0.3 * z, y * 1.1)
    fine = sample(noise_table(i.texture_seed + 1, 128, 128, (2, 2)), x * 1.6 + 0.5 * z, y * 1.6)
    t = ax / figure.mouth_w
    bow = (1.0 - t * t).clamp_min(0.0)
    over = y - m - figure.smile_line(ax)
    top = figure.lip_up * bow.pow(0.85) * (1.0 - 0.22 * torch.exp(-((t / 0.16) ** 2)))
    low = figure.lip_low * bow.pow(0.65)
    lips = step(-blur, blur, top - over) * step(-blur, blur, over + low) * step(1.03, 0.97, t) * front
    seam = torch.exp(-((over + 0.003) / (0.009 + 0.4 * blur)).square()) * step(1.04, 0.92, t) * front
    above, below = figure.aperture(ax, y)
    u = (ax - figure.eye[0]) / figure.eye_w
    across = step(1.5, 0.8, u.abs())
    rim = torch.maximum(above, below)
    lash = torch.exp(-((above - 0.004) / (0.011 + 0.3 * blur)).square()) * step(1.15, 0.95, u.abs()) * (below < 0.02)
    wing = torch.exp(-((above - 0.006) / (0.016 + 0.3 * blur)).square()) * step(1.35, 1.05, u.abs()) * (u > -1.1)
    under = torch.exp(-((below - 0.004) / (0.010 + 0.3 * blur)).square()) * step(1.05, 0.8, u.abs()) * (above < 0.0)
    along = (ax - 0.115) / 0.365
    centre = figure.brow_y - 0.025 + (0.045 + 0.02 * i.brow_arch) * (1.0 - ((along - 0.62) / 0.62) ** 2)
    half = (0.042 + 0.013 * i.brow_thickness) * (1.0 - 0.7 * along.clamp(0.0, 1.0) ** 2)
    hairs = 0.92 + 0.08 * torch.sin(150.0 * ax - 60.0 * y + 2.0 * fine)
    brow = (
        step(half + 0.006 + blur, half - 0.016 - blur, (y - centre).abs())
        * step(-0.05, 0.16, along)
        * step(1.04, 0.85, along)
    )
    jaw = step(-0.30, -0.45, y + 0.35 * (0.5 - ax).clamp(0.0, 0.4)) * step(
        figure.chin_y - 0.30, figure.chin_y - 0.12, y
    )
    whiskers = (
        jaw
        * (1.0 - lips)
        * step(-0.25, 0.05, z)
        * step(0.018, 0.06, (ax / 0.05) ** 2 * 0.02 + (over - 0.16).abs() * 0.3)
    )
    tip = figure.nose_tip
    nostril_x = (ax - 0.060 * (1 + 0.2 * i.nose_width)) / 0.036
    nostril = torch.exp(-nostril_x.square() - ((y - tip[1] + 0.082) / 0.021).square()) * step(0.6, 0.66, z)
    return {
        "lips": lips,
        "seam": seam,
        "lid": step(0.0, 0.012, above) * step(0.17, 0.03, above) * across * front,
        "crease": torch.exp(-((above - 0.045) / 0.011).square()) * step(1.1, 0.7, u.abs()) * front,
        "lash": torch.maximum(lash, 0.45 * under) * front,
        "liner": torch.maximum(wing, 0.6 * under) * front,
        "socket": torch.exp(-((rim / 0.06).clamp_min(0.0)).square()) * across * front,
        "brow": brow * hairs * front,
        "blush": torch.exp(-(((ax - 0.40) / 0.15) ** 2 + ((y + 0.22) / 0.11) ** 2)) * front,
        "flush": torch.exp(-(((ax - 0.36) / 0.2) ** 2 + ((y + 0.25) / 0.15) ** 2)) * 0.7 * front
        + torch.exp(-((x / 0.13) ** 2 + ((y - tip[1]) / 0.10) ** 2)) * step(0.65, 0.8, z)
        + 0.8 * step(0.66, 0.76, ax) * step(0.1, -0.1, z),
        "beard": whiskers * (0.9 + 0.1 * fine).clamp(0.0, 1.1),
        "freckles": step(1.1, 1.6, fine) * torch.exp(-((ax / 0.5) ** 2 + ((y + 0.15) / 0.2) ** 2)) * front,
        "scalp": figure.scalp(local) * (0.92 + 0.08 * fine),
        "nostril": nostril,
        "mottle": noise,
        "pores": fine,
    }


def eye_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    """Iris and pupil masks, iris pattern and shade of the lid for points (3, n) on the eyeballs, in head axes."""
    x, y, _ = local
    side = torch.sign(x)
    centre = torch.stack([side * figure.eye[0], torch.full_like(x, figure.eye[1]), torch.full_like(x, figure.eye[2])])
    camera = figure.to_head(torch.tensor([[0.0], [-0.1], [11.0]]))
    gaze = (camera - centre) / (camera - centre).norm(dim=0)
    offset = local - centre
    flat = offset - (offset * gaze).sum(0) * gaze
    radius = flat.norm(dim=0)
    angle = torch.atan2(flat[1], flat[0]) / (2.0 * torch.pi)
    rays = sample(noise_table(figure.identity.texture_seed + 2, 16, 64, (8, 1)), angle + 0.37 * side, radius * 3.0)
    above, below = figure.aperture(x.abs(), y)
    return {
        "iris": step(IRIS + 0.004 + blur, IRIS - 0.004 - blur, radius),
        "pupil": step(PUPIL + 0.003 + blur, PUPIL - 0.003 - blur, radius),
        "limbus": step(IRIS - 0.022, IRIS, radius),
        "rays": rays,
        "lidded": step(-0.002, 0.058, -above) * (0.6 + 0.4 * step(0.0, 0.03, -below)),
        "corner": (offset[0] * side / EYE_RADIUS).abs(),
        "glint_x": flat[0],
        "glint_y": flat[1],
        "gaze": gaze,
    }
