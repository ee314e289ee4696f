"""How the segmenter's weights were made: taught on studio portraits, whose regions are known. Run once.

    python -m benchmarks.make_segmenter [--people 3000] [--steps 6000]

Writes src/influencer_style/looks/weights/segmenter.safetensors (the file is the truth, not the seed) and
benchmarks/results/segmenter.json: intersection over union by area on people and looks that were never taught.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from influencer_style.examples.grades import apply_grades, random_grades
from influencer_style.looks.areas import AREAS, REGIONS
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.segmenter import SEGMENTER_WEIGHTS, SIZE, Segmenter
from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_look, sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.render import regions, shade
from influencer_style.studio.workers import in_parallel
from influencer_style.training.machine import half_precision

STREAM, BATCH, LOOKS = 91, 16, 2
# lips and eyes are small, and a mean over pixels forgets them
WEIGHTS = torch.tensor([1.0, 3.0, 3.0, 1.5, 1.0, 1.0]).view(1, -1, 1, 1)


def portraits(number: int) -> tuple[np.ndarray, np.ndarray]:
    """One person unstyled and in random looks, uint8 (3, 64, 64, 3), and where their regions are, uint8 (5, 64, 64)."""
    rng = np.random.default_rng((STREAM, number))
    person = sample_identity(rng)
    seen = march(person, crop_pose(rng), SIZE)
    looks = [sample_neutral(rng)] + [sample_look(rng) for _ in range(LOOKS)]
    masks = regions(seen)
    pictures = np.stack([shade(seen, person, look, number) for look in looks])
    return pictures, np.stack([(masks[name] * 255).round().astype(np.uint8) for name in REGIONS])


def varied(images: Tensor, areas: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Turned, scaled, moved and mirrored together; then the pictures alone graded, blurred and made noisy."""
    n = len(images)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=rng)

    angle, scale = uniform(-0.3, 0.3), torch.exp(uniform(-0.35, 0.45))
    x, y, mirror = uniform(-0.2, 0.2), uniform(-0.2, 0.2), torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    cos, sin = scale * angle.cos(), scale * angle.sin()
    matrix = torch.stack([torch.stack([cos * mirror, -sin, x], 1), torch.stack([sin * mirror, cos, y], 1)], 1)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    images, areas = (F.grid_sample(t, grid, padding_mode="reflection", align_corners=False) for t in (images, areas))
    images = apply_grades(images, random_grades(n, rng))
    soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    images = torch.lerp(images, soft, uniform(0, 1).view(-1, 1, 1, 1))
    noise = torch.randn(images.shape, generator=rng) * uniform(0, 0.06).view(-1, 1, 1, 1)
    return (images + noise).clamp(0, 1), areas


def with_other(masks: np.ndarray) -> Tensor:
    """Areas (n, 6, h, w) in [0, 1] of regions, uint8 (n, 5, h, w)."""
    areas = torch.from_numpy(masks).float() / 255
    return torch.cat([areas, (1 - areas.sum(1, keepdim=True)).clamp_min(0)], 1)


def overlap(segmenter: Segmenter, pictures: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    """Intersection over union of soft areas, over all pictures."""
    with torch.no_grad():
        taken = torch.cat([segmenter(to_tensor(part)) for part in np.array_split(pictures, -(-len(pictures) // 64))])
    areas = with_other(masks)
    both, either = torch.minimum(taken, areas).sum((0, 2, 3)), torch.maximum(taken, areas).sum((0, 2, 3))
    return {name: round(float(a / b), 3) for name, a, b in zip(AREAS, both, either, strict=True)}


def main() -> None:
    """Render, teach, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-3)
    add_destination(parser)
    options = parser.parse_args()
    destination = Destination.of(options)
    tested = max(20, options.people // 20)
    began = time.monotonic()
    made = list(in_parallel(portraits, range(options.people + tested), options.workers, True, "portraits"))
    rendered = time.monotonic()
    pictures, masks = np.stack([m[0] for m in made]), np.stack([m[1] for m in made])
    torch.manual_seed(0)
    segmenter = Segmenter().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(segmenter.parameters(), options.rate, betas=(0.9, 0.99))
    for step in tqdm(range(options.steps), desc="Teaching", unit="step"):
        rng = torch.Generator().manual_seed(step)
        share = min(1.0, (step + 1) / 50, (options.steps - step) / (0.6 * options.steps) + 0.01)
        optimizer.param_groups[0]["lr"] = options.rate * share
        who = torch.randint(options.people, (BATCH,), generator=rng)
        look = torch.randint(1 + LOOKS, (BATCH,), generator=rng)
        images, areas = varied(to_tensor(pictures[who, look]), with_other(masks[who]), rng)
        with half_precision(images.device, "auto"):
            logits = segmenter.logits(images.contiguous(memory_format=torch.channels_last))
        loss = -(areas * logits.float().log_softmax(1) * WEIGHTS).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    segmenter.eval()
    with atomic_file(destination.weights(str(SEGMENTER_WEIGHTS))) as part:
        save_file({key: value.half().contiguous() for key, value in segmenter.state_dict().items()}, str(part))
    new, areas = pictures[options.people :], masks[options.people :]
    record = {
        "what": "intersection over union of areas at 64 px on studio people and looks never taught",
        "ran_on": ran_on(),
        "people": options.people,
        "steps": options.steps,
        "seconds": {"rendering": round(rendered - began), "teaching": round(time.monotonic() - rendered)},
        "parameters": sum(parameter.numel() for parameter in segmenter.parameters()),
        "tested_people": tested,
        "unstyled": overlap(segmenter, new[:, 0], areas),
        "styled": overlap(segmenter, new[:, 1], areas),
    }
    destination.keep("segmenter", record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
