"""Where things lie on a person, as soft masks: lips, brows, lids, blush, beard, iris, strands. No colour, no light."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.figure import EYE_RADIUS, Figure
from influencer_style.studio.solids import length, noise_table, sample, step, unit

IRIS, PUPIL = 0.072, 0.030  # radii in decimetres


def skin_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    """Return masks in [0, 1] of skin points (3, n) in head axes; edges are soft over about `blur` decimetres."""
    i = figure.identity
    x, y, z = local
    mottle = sample(noise_table(i.texture_seed, 64, 64, (3, 3)), x * 1.1 + 0.3 * z, y * 1.1)
    pores = sample(noise_table(i.texture_seed + 1, 128, 128, (2, 2)), x * 1.6 + 0.5 * z, y * 1.6)
    mouth = _mouth_marks(figure, local, blur)
    return {
        **mouth,
        **_lid_marks(figure, local, blur),
        **_hair_marks(figure, local, blur, mouth["lips"], pores),
        **_complexion(figure, local, pores),
        "folds": _folds(figure, local, blur) * _front(z),
        "mottle": mottle,
        "pores": pores,
    }


def _front(z: Tensor) -> Tensor:
    """Whether a point lies on the front of the head (n,), 0 to 1."""
    return step(0.25, 0.4, z)


def _mouth_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    x, y, z = local
    ax, front = x.abs(), _front(z)
    t = ax / figure.mouth_w
    bow = (1.0 - t * t).clamp_min(0.0)
    over = y - figure.mouth_y - figure.smile_line(ax)
    open_up, open_low = figure.gap_up * bow.sqrt(), figure.gap_low * bow.pow(0.7)
    top = figure.lip_up * bow.pow(0.85) * (1.0 - 0.22 * torch.exp(-((t / 0.16) ** 2))) + open_up
    low = figure.lip_low * bow.pow(0.65) + open_low
    lips = step(-blur, blur, top - over) * step(-blur, blur, over + low) * step(1.03, 0.97, t) * front
    mouth = step(-0.5 * blur, 0.5 * blur, open_up - over) * step(-0.5 * blur, 0.5 * blur, over + open_low)
    mouth = mouth * step(0.97, 0.9, t) * front * min(1.0, 8.0 * figure.pose.parted)
    teeth = step(-0.9, -0.55, over / (open_low + 0.004)) * step(0.9, 0.7, t) * mouth
    tooth = (ax / 0.062 + 0.6 * (ax / 0.2) ** 2) % 1.0
    teeth = teeth * (1.0 - 0.22 * torch.exp(-(((tooth - 1.0).abs().minimum(tooth)) / 0.07).square()))
    seam = torch.exp(-((over + 0.003) / (0.009 + 0.4 * blur)).square()) * step(1.04, 0.92, t) * front * (1.0 - mouth)
    return {"lips": lips * (1.0 - mouth), "mouth": mouth, "teeth": teeth, "seam": seam}


def _lid_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    x, y, z = local
    ax, front = x.abs(), _front(z)
    above, below = figure.aperture(ax, y)
    u = (ax - figure.eye[0]) / figure.eye_w
    across = step(1.5, 0.8, u.abs())
    rim = torch.maximum(above, below)
    lash = torch.exp(-((above - 0.004) / (0.011 + 0.3 * blur)).square()) * step(1.15, 0.95, u.abs()) * (below < 0.02)
    wing = torch.exp(-((above - 0.006) / (0.016 + 0.3 * blur)).square()) * step(1.35, 1.05, u.abs()) * (u > -1.1)
    under = torch.exp(-((below - 0.004) / (0.010 + 0.3 * blur)).square()) * step(1.05, 0.8, u.abs()) * (above < 0.0)
    return {
        "lid": step(0.0, 0.012, above) * step(0.17, 0.03, above) * across * front,
        "crease": torch.exp(-((above - 0.045) / 0.011).square()) * step(1.1, 0.7, u.abs()) * front,
        "lash": torch.maximum(lash, 0.45 * under) * front,
        "liner": torch.maximum(wing, 0.6 * under) * front,
        "socket": torch.exp(-((rim / 0.06).clamp_min(0.0)).square()) * across * front,
        "bags": torch.exp(-(((u + 0.1) / 0.9) ** 2 + ((y - figure.eye[1] + 0.105) / 0.035) ** 2)) * front,
    }


def _hair_marks(figure: Figure, local: Tensor, blur: float, lips: Tensor, pores: Tensor) -> dict[str, Tensor]:
    i = figure.identity
    x, y, z = local
    ax = x.abs()
    along = (ax - 0.115) / 0.365
    centre = figure.brow_y - 0.025 + (0.045 + 0.02 * i.brow_arch) * (1.0 - ((along - 0.62) / 0.62) ** 2)
    half = (0.042 + 0.013 * i.brow_thickness) * (1.0 - 0.7 * along.clamp(0.0, 1.0) ** 2)
    # brow hairs lie outward and a little up
    lie = noise_table(i.texture_seed + 6, 32, 256, (6, 1))
    hairs = 0.88 + 0.13 * sample(lie, 1.3 * y - 0.55 * ax, 0.45 * ax + 0.25 * y) * min(1.0, 0.006 / (blur + 1e-3))
    brow = step(half + 0.006 + blur, half - 0.016 - blur, (y - centre).abs())
    brow = brow * step(-0.05, 0.16, along) * step(1.04, 0.85, along)
    over = y - figure.mouth_y - figure.smile_line(ax)
    jaw = step(-0.30, -0.45, y + 0.35 * (0.5 - ax).clamp(0.0, 0.4))
    jaw = jaw * step(figure.chin_y - 0.30, figure.chin_y - 0.12, y)
    whiskers = jaw * (1.0 - lips) * step(-0.25, 0.05, z)
    whiskers = whiskers * step(0.018, 0.06, (ax / 0.05) ** 2 * 0.02 + (over - 0.16).abs() * 0.3)
    bristles = noise_table(i.texture_seed + 5, 48, 256, (3, 1))
    return {
        "brow": brow * hairs * _front(z),
        "beard": whiskers * (0.9 + 0.1 * pores).clamp(0.0, 1.1),
        "bristles": sample(bristles, x * 2.3 + 0.4 * y * torch.sign(x), y * 0.9),
        "scalp": figure.scalp(local) * (0.92 + 0.08 * pores),
    }


def _complexion(figure: Figure, local: Tensor, pores: Tensor) -> dict[str, Tensor]:
    x, y, z = local
    ax, tip, front = x.abs(), figure.nose_tip, _front(z)
    nostril_x = (ax - 0.058 * (1 + 0.2 * figure.identity.nose_width)) / 0.042
    return {
        "blush": torch.exp(-(((ax - 0.40) / 0.15) ** 2 + ((y + 0.22) / 0.11) ** 2)) * front,
        "flush": torch.exp(-(((ax - 0.36) / 0.2) ** 2 + ((y + 0.25) / 0.15) ** 2)) * 0.7 * front
        + torch.exp(-((x / 0.13) ** 2 + ((y - tip[1]) / 0.10) ** 2)) * step(0.65, 0.8, z)
        + 0.8 * step(0.66, 0.76, ax) * step(0.1, -0.1, z),
        "oil": torch.exp(-((ax / 0.26) ** 2 + ((y - 0.45) / 0.17) ** 2))
        + torch.exp(-((ax / 0.07) ** 2 + ((y - tip[1] - 0.06) / 0.22) ** 2)) * step(0.6, 0.75, z)
        + 0.7 * torch.exp(-(((ax - 0.40) / 0.11) ** 2 + ((y + 0.13) / 0.08) ** 2)),
        "concha": torch.exp(-(((y + 0.02) / 0.13) ** 2 + ((z + 0.27) / 0.075) ** 2)) * step(0.67, 0.72, ax),
        "freckles": step(1.1, 1.6, pores) * torch.exp(-((ax / 0.5) ** 2 + ((y + 0.15) / 0.2) ** 2)) * front,
        "nostril": torch.exp(-nostril_x.square() - ((y - tip[1] + 0.088) / 0.026).square()) * step(0.6, 0.66, z),
    }


def _folds(figure: Figure, local: Tensor, blur: float) -> Tensor:
    """How deep the lines of age and of smiling are (n,), 0 to 1."""
    i, m = figure.identity, figure.mouth_y
    x, y, _ = local
    ax = x.abs()
    ex, ey, _ = figure.eye
    wide = 0.013 + 0.5 * blur

    def line(offset: Tensor) -> Tensor:
        return torch.exp(-((offset / wide) ** 2)) * min(1.0, 0.010 / wide * 1.6)

    wave = 0.012 * torch.sin(7.0 * x + i.texture_seed % 7) + 0.05 * x * x
    brow = sum(line(y - at - wave) for at in (0.42, 0.51, 0.60)) * step(0.46, 0.25, ax)
    frown = line(ax - 0.055 - 0.1 * (y - 0.24)) * step(0.14, 0.22, y) * step(0.42, 0.32, y)
    ox, oy = ax - ex - figure.eye_w + 0.02, y - ey
    reach = (ox * ox + oy * oy).sqrt()
    feet = torch.exp(-((torch.sin(4.5 * torch.atan2(oy, ox)) / 0.35) ** 2))
    feet = feet * step(0.035, 0.06, reach) * step(0.20, 0.10, reach) * (ox > 0)
    along = ((figure.nose_tip[1] - 0.02 - y) / (figure.nose_tip[1] - 0.02 - m)).clamp(-0.3, 1.4)
    edge = 0.135 + (figure.mouth_w - 0.06) * along.clamp_min(0.0) ** 0.8
    labial = line((ax - edge) * 0.8) * step(-0.15, 0.15, along) * step(1.35, 0.9, along)
    down = line(ax - figure.mouth_w - 0.025) * step(m - 0.02, m - 0.06, y) * step(m - 0.24, m - 0.12, y)
    under = line(y - ey + 0.115 - 0.9 * (ax - ex) ** 2) * step(0.17, 0.1, (ax - ex).abs())
    age, smile = i.age, figure.pose.smile
    return (
        0.6 * age * brow + 0.8 * max(0.0, age - 0.15) * frown + (0.9 * age + 0.25 * smile * age + 0.05 * smile) * feet
        + (0.65 * age + 0.35 * smile) * labial + 0.8 * max(0.0, age - 0.3) * down + (0.55 * age + 0.12) * under
    ).clamp(0.0, 1.0)  # fmt: skip


def eye_marks(figure: Figure, local: Tensor, blur: float) -> dict[str, Tensor]:
    """Iris and pupil masks, iris pattern and shade of the lid for points (3, n) on the eyeballs, in head axes."""
    x, y, _ = local
    side = torch.sign(x)
    centre = torch.stack([side * figure.eye[0], torch.full_like(x, figure.eye[1]), torch.full_like(x, figure.eye[2])])
    camera = figure.to_head(torch.tensor([[0.0], [-0.1], [11.0]]))
    gaze = unit(camera - centre)
    offset = local - centre
    flat = offset - (offset * gaze).sum(0) * gaze
    radius, angle = length(flat), torch.atan2(flat[1], flat[0]) / (2.0 * torch.pi)
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
