"""New portraits in two ways: drawn in the look itself, or of a nobody without a look, who is then restyled."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from influencer_style.looks.pixels import to_uint8
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.lift import restyle_crops

Way = Literal["direct", "composed"]
WAYS: tuple[Way, ...] = ("direct", "composed")


def direct(bundle: SynthesisBundle, look: str, noise: Tensor, size: int) -> np.ndarray:
    """Draw portraits in a look, G(z | look), uint8 (n, size, size, 3).

    Args:
        bundle: The synthesis model.
        look: One of its looks.
        noise: Noise (n, z), n at least 1, see `synthesis.draw_noise`.
        size: Side of the portraits in pixels; if it is not the generator's own, they are resampled smoothly.

    Raises:
        UnknownLook: When the model has no such look.
    """
    return resampled(_drawn(bundle, bundle.looks.code(look), noise), size)


def composed(bundle: SynthesisBundle, transfer: TransferBundle, look: str, noise: Tensor, size: int) -> np.ndarray:
    """Draw nobodies, G(z | no look), and put one of the transfer model's looks on them; otherwise as `direct`.

    The nobody has the generator's resolution and is enlarged smoothly; colours, light and make-up of the look are laid
    over it at full size.
    """
    return restyle_crops(transfer, nobodies(bundle, noise, size), look)


def nobodies(bundle: SynthesisBundle, noise: Tensor, size: int) -> np.ndarray:
    """Draw portraits without a look, uint8 (n, size, size, 3)."""
    return resampled(_drawn(bundle, bundle.looks.neutral_code(), noise), size)


def resampled(pictures: np.ndarray, size: int) -> np.ndarray:
    """Return square pictures, uint8 (n, s, s, 3), at another size, by Lanczos' filter."""
    if pictures.shape[1] == size:
        return pictures
    made = [Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS) for picture in pictures]
    return np.stack([np.asarray(picture) for picture in made])


def _drawn(bundle: SynthesisBundle, code: Tensor, noise: Tensor) -> np.ndarray:
    # One by one: in a batch the last bits of a portrait would depend on the others.
    device = next(bundle.generator.parameters()).device
    with torch.no_grad():
        drawn = [bundle.generator(z.to(device), code[None].to(device)) for z in noise.split(1)]
    return to_uint8(torch.cat(drawn))
