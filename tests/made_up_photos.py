"""Photos and a consent, made up."""

import numpy as np
from PIL import Image

CONSENT = """\
schema: 1
subject: Anna
granted_by: Anna
granted_on: 2025-01-01
expires: never
scope: [train, transfer]
territory: worldwide
evidence: a signed letter
contact: anna@example.org
"""


def scene(seed: int, width: int = 200, height: int = 160) -> Image.Image:
    """A smooth random picture that no other seed resembles."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
