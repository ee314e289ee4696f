"""New portraits, two ways: drawn in the look itself, or of a nobody without a look, who then is restyled."""

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
    """Draw portraits in a look: G(z | look).

    Args:
        bundle: the synthesis model.
        look: one of its looks.
        noise: (n, z), n at least 1, see `synthesis.draw_noise`.
        size: side of the portraits in pixels; where it is not the generator's own, they are resampled smoothly.

    Returns:
        uint8 (n, size, size, 3).

    Raises:
        UnknownLook: when the model has no such look.
    """
    return resampled(_drawn(bundle, bundle.looks.code(look), noise), size)


def composed(bundle: SynthesisBundle, transfer: TransferBundle, look: str, noise: Tensor, size: int) -> np.ndarray:
    """Draw nobodies, G(z | no look), and put a look on them at full size.

    The nobody has the generator's resolution and is enlarged smoothly; colours, light and make-up of the look are laid
    over it at the size that is asked for.

    Args:
        bundle: the synthesis model.
        transfer: the transfer model.
        look: one of the transfer model's looks.
        noise: (n, z).
        size: side of the portraits in pixels.

    Returns:
        uint8 (n, size, size, 3).

    Raises:
        UnknownLook: when the transfer model has no such look.
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
