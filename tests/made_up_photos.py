"""Photos and a consent made up for the tests."""

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


def make_folders(place):
    """Make creators Anna (4 photos, consent) and users (6 photos) in a folder; return (creators, users)."""
    creators, users = place / "creators", place / "users"
    (creators / "Anna").mkdir(parents=True)
    users.mkdir()
    (creators / "Anna" / "consent.yml").write_text(CONSENT)
    for number in range(4):
        scene(number).save(creators / "Anna" / f"{number}.jpg")
    for number in range(6):
        scene(100 + number).save(users / f"user-{number}.png")
    return creators, users
