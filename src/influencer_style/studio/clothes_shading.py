"""What light clothes and spectacle frames send back."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, lobe
from influencer_style.studio.skin_shading import soft_diffuse


def clothes_radiance(identity: Identity, points: Tensor, lit: Lit) -> Tensor:
    """Linear light (3, n) leaving clothes at world points (3, n): a knit, stripes or checks of two tones."""
    x, y, z = points
    around, seed = torch.atan2(x, z + 0.6) * 1.2, identity.texture_seed
    knit = 1.0 + 0.05 * torch.sin(70.0 * x / (1.0 + 0.1 * y.abs()))
    pitch = 9.0 + seed % 11
    across, down = torch.sin(pitch * y), torch.sin(pitch * around)
    woven = {0: across, 1: down, 2: 0.6 * (across + down)}[seed % 3]
    tone = 1.0 - 0.6 * identity.pattern * (0.5 + 0.5 * (6.0 * woven).clamp(-1.0, 1.0))
    return linear(identity.clothes) * knit * tone * soft_diffuse(lit, torch.tensor(0.08))


def frame_radiance(identity: Identity, lit: Lit) -> Tensor:
    """Linear light (3, n) leaving a spectacle frame: dark or metal, with a hard highlight."""
    shine = lobe(lit.normals, lit.views, lit.key_at, 60.0) * lit.shadow * lit.key * 0.25
    return linear(identity.frame) * soft_diffuse(lit, torch.tensor(0.0)) + shine + 0.05 * lit.around
