"""Studio portraits for the areas network: what each pixel shows is known, brows included."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from influencer_style.looks.areas import REGIONS
from influencer_style.studio.geometry import SKIN, GBuffer, march
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_look, sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.render import regions, shade

STREAM, LOOKS = 121, 2
HALF = 0.5  # the share of a pixel that makes it a brow's
KEPT = ("skin", "lips", "eyes", "brows", "hair", "background")  # what these leave of a pixel is `other`


@torch.inference_mode()
def areas_of(seen: GBuffer) -> np.ndarray:
    """Return soft areas, float32 (6, size, size), in the order of KEPT; the studio calls brows skin, this does not."""
    masks = regions(seen)
    covered = torch.zeros(seen.rays, 1)
    skin = seen.hits[seen.material == SKIN]
    covered[skin, 0] = (seen.marks[SKIN]["brow"] > HALF).float()
    brows = np.minimum(seen.resolve(covered).numpy()[:, :, 0], masks["skin"])
    masks = {**{name: masks[name] for name in REGIONS}, "brows": brows, "skin": masks["skin"] - brows}
    return np.stack([masks[name] for name in KEPT])


def portrait(number: int, size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Render one person: uint8 (1 + LOOKS, size, size, 3) unstyled and in looks, and uint8 (6, size, size) areas.

    The face fills from about 25 to 60% of the frame's side.
    """
    rng = np.random.default_rng((STREAM, number))
    person = sample_identity(rng)
    pose = replace(crop_pose(rng), scale=float(np.exp(rng.uniform(np.log(0.62), np.log(1.35)))))
    pose = replace(pose, yaw=float(np.clip(rng.normal(0.0, 12.0), -28.0, 28.0)))
    seen = march(person, pose, size)
    looks = [sample_neutral(rng)] + [sample_look(rng) for _ in range(LOOKS)]
    pictures = np.stack([shade(seen, person, look, number) for look in looks])
    return pictures, (areas_of(seen) * 255).round().astype(np.uint8)


def kept_portrait(number: int, folder: Path, size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Return `portrait`, from its file in the folder where it was rendered before."""
    file = folder / f"{size}-{number:05d}.npz"
    if file.is_file():
        with np.load(file) as kept:
            return kept["pictures"], kept["areas"]
    pictures, areas = portrait(number, size)
    part = file.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez(stream, pictures=pictures, areas=areas)
    part.replace(file)
    return pictures, areas
