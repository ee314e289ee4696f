"""Train the identity judge on people of the studio, and measure how often it is right about people it never saw.

    python -m benchmarks.make_identity_judge [--photos FOLDER] [--yunet FILE] [--same-person A.jpg B.jpg]

Writes influencer_style/metrics/identity_judge.safetensors and benchmarks/results/identity_judge.json. The same machine
and number of threads give the same weights. With a folder of real portraits (or INFLUENCER_STYLE_PHOTOS, and better
with YuNet's file, or INFLUENCER_STYLE_YUNET) it also measures what the judge is worth there; none of them trains it.

People come in doubles, who share skin, eyes, hair and everything but the face's shape: without them a judge would
know people by their hair. For the same reason clothes and glasses change with every photo, and hair in one of three.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import trange

import influencer_style.studio
from benchmarks.destination import Destination, add_destination
from benchmarks.identity_trials import only_auc, real_trials, studio_trials
from benchmarks.machine import ran_on
from benchmarks.real_photos.photos import find_portraits
from influencer_style.metrics.studio_judge import (
    JUDGE_WEIGHTS,
    SIDE,
    IdentityNetwork,
    StudioJudge,
    load_studio_judge,
)
from influencer_style.storage.atomic import atomic_file
from influencer_style.storage.fingerprint import file_sha256, source_fingerprint
from influencer_style.studio.identity import SHAPE_FIELDS, Identity, sample_identity
from influencer_style.studio.look import Look, sample_look, sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.population import CREATOR_LOOKS, photo_seed
from influencer_style.studio.render import march, shade
from influencer_style.studio.workers import in_parallel

TRAINING_STREAM, TRIAL_STREAM = 201, 202  # no stream of the demo set's or of the generator's people
RENDERED = 96  # px: more than the network takes, so that framing can be moved
POSES, LOOKS = 3, 3  # of each person; the first look is none, and the second pose has other hair
OTHER_HAIR = 1
WORN = ("clothes", "neckline", "garment", "pattern", "glasses", "frame")
HAIR = tuple(f.name for f in fields(Identity) if f.name.startswith("hair") or f.name in ("parting", "fringe"))


@dataclass(frozen=True)
class Plan:
    """What is done: doubles trained on and tried, training steps, pictures a step, and the loss's two numbers."""

    training_pairs: int = 350
    trial_pairs: int = 50
    steps: int = 1200
    batch: int = 96
    learning_rate: float = 2e-3
    scale: float = 16.0
    margin: float = 0.2
    seed: int = 0


def photograph(job: tuple[int, int, int, tuple[Look, ...]]) -> np.ndarray:
    """Render two doubles: uint8 (2, poses, looks, s, s, 3), in looks of training and then in `worn`."""
    stream, seed, number, worn = job
    rng = np.random.default_rng((stream, seed, number))
    first, shape = sample_identity(rng), sample_identity(rng)
    second = replace(first, **{name: getattr(shape, name) for name in (*SHAPE_FIELDS, "texture_seed")})
    pictures = []
    for person in (first, second):
        for pose in range(POSES):
            other = sample_identity(rng)
            names = WORN + HAIR if pose == OTHER_HAIR else WORN
            person_now = replace(person, **{name: getattr(other, name) for name in names})
            seen = march(person_now, crop_pose(rng), RENDERED)
            looks = [sample_neutral(rng), *(sample_look(rng) for _ in range(LOOKS - 1)), *worn]
            for look in looks:
                # a crop of 256 px that is averaged down keeps that much of its grain
                fine = replace(look, grain=look.grain * RENDERED / 256)
                pictures.append(shade(seen, person_now, fine, photo_seed(rng)))
    return np.stack(pictures).reshape(2, POSES, LOOKS + len(worn), RENDERED, RENDERED, 3)


def studio_photos(stream: int, pairs: int, plan: Plan, workers: int, worn: tuple[Look, ...] = ()) -> np.ndarray:
    """Return uint8 (2 * pairs, poses, looks, s, s, 3); people 2 k and 2 k + 1 are doubles."""
    jobs = [(stream, plan.seed, number, worn) for number in range(pairs)]
    what = "Rendering people to learn" if stream == TRAINING_STREAM else "Rendering people to try"
    return np.concatenate(list(in_parallel(photograph, jobs, workers, True, what)))


def reframed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One picture (s, s, 3) framed by another detector, by another camera: moved, mirrored, blurred, compressed."""
    scale, angle = SIDE / RENDERED * rng.uniform(0.88, 1.16), rng.normal(0.0, 3.0)
    matrix = cv2.getRotationMatrix2D((RENDERED / 2, RENDERED / 2), angle, scale)
    matrix[:, 2] += (SIDE - RENDERED) / 2 + rng.normal(0.0, 0.03 * SIDE, 2)
    moved = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if rng.random() < 0.5:
        moved = np.ascontiguousarray(moved[:, ::-1])
    if rng.random() < 0.3:
        moved = cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.3, 1.1))
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))]
        moved = cv2.imdecode(cv2.imencode(".jpg", moved, quality)[1], cv2.IMREAD_COLOR)
    return moved


def recoloured(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images (n, 3, s, s) in [0, 1] in other colours and light: gamma, saturation, mixed channels, a smooth shadow."""

    def draw(*shape: int) -> Tensor:
        return torch.randn(len(images), *shape, generator=generator)

    much = (torch.rand(len(images), 1, 1, 1, generator=generator) < 0.7).float()
    changed = images.clamp_min(1e-3) ** torch.exp(much * (0.25 * draw(1, 1, 1) + 0.1 * draw(3, 1, 1)))
    light = changed.mean(1, keepdim=True)
    changed = light + (changed - light) * (1 + 0.4 * much * draw(1, 1, 1)).clamp(0, 2)
    mixing = torch.eye(3) + 0.12 * much.view(-1, 1, 1) * draw(3, 3)
    changed = torch.einsum("nij,njhw->nihw", mixing, changed)
    changed = (changed - 0.5) * (1 + 0.2 * much * draw(1, 1, 1)) + 0.5 + 0.06 * much * draw(3, 1, 1)
    shadow = F.interpolate(draw(1, 3, 3), images.shape[-2:], mode="bicubic", align_corners=True)
    changed = changed * torch.exp(0.2 * much * shadow)
    noise = 0.02 * torch.rand(len(images), 1, 1, 1, generator=generator) * draw(*images.shape[1:])
    return (changed + noise).clamp(0, 1)


def batches(photos: np.ndarray, plan: Plan) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield images (batch, 3, s, s) and whose they are (batch) for ever; each batch holds doubles side by side."""
    rng, generator = np.random.default_rng((TRAINING_STREAM, plan.seed)), torch.Generator().manual_seed(plan.seed)
    flat = photos.reshape(len(photos), -1, RENDERED, RENDERED, 3)
    while True:
        pairs = rng.permutation(len(flat) // 2)[: plan.batch // 2]
        who = np.stack([2 * pairs, 2 * pairs + 1], 1).ravel()
        pictures = np.stack([reframed(flat[person, rng.integers(flat.shape[1])], rng) for person in who])
        images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(255)
        yield recoloured(images, generator).contiguous(memory_format=torch.channels_last), torch.from_numpy(who)


def train(photos: np.ndarray, plan: Plan) -> tuple[IdentityNetwork, float]:
    """Return the network and its last hundred steps' mean loss (additive angular margin, Deng et al. 2019)."""
    torch.manual_seed(plan.seed)
    network = IdentityNetwork().to(memory_format=torch.channels_last).train()
    centres = torch.nn.Parameter(torch.randn(len(photos), network.dimension) * 0.05)
    rates = [plan.learning_rate, 5 * plan.learning_rate]  # a person's centre moves only when the person is shown
    groups = [{"params": network.parameters()}, {"params": [centres]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.05)
    losses, source = [], batches(photos, plan)
    for step in (bar := trange(plan.steps, desc="Training", unit="step")):
        done = step / plan.steps
        slow = min(1.0, (step + 1) / 50) * (1.0 if done < 0.3 else 0.5 + 0.5 * np.cos(np.pi * (done - 0.3) / 0.7))
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * slow
        images, who = next(source)
        cosine = network(images) @ F.normalize(centres).T
        margin = plan.margin * min(1.0, done / 0.3)
        widened = torch.cos(torch.acos(cosine.clamp(-1 + 1e-5, 1 - 1e-5)) + margin)
        logits = plan.scale * torch.where(F.one_hot(who, len(centres)).bool(), widened, cosine)
        loss = F.cross_entropy(logits, who)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if step % 20 == 0:
            bar.set_postfix(loss=f"{np.mean(losses[-20:]):.2f}")
    return network.eval(), float(np.mean(losses[-100:]))


def main() -> None:
    """Render, train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for field in fields(Plan):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes that render")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads that train")
    add_destination(parser)
    parser.add_argument("--photos", default=os.environ.get("INFLUENCER_STYLE_PHOTOS", ""), help="real portraits")
    parser.add_argument("--yunet", default=os.environ.get("INFLUENCER_STYLE_YUNET", ""), help="YuNet's .onnx file")
    parser.add_argument("--same-person", nargs="+", action="append", default=[], help="file names of one person")
    options = parser.parse_args()
    destination = Destination.of(options)
    weights = destination.weights(str(JUDGE_WEIGHTS))
    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)

    marks = [time.perf_counter()]
    photos = studio_photos(TRAINING_STREAM, plan.training_pairs, plan, options.workers)
    trials = studio_photos(TRIAL_STREAM, plan.trial_pairs, plan, options.workers, tuple(CREATOR_LOOKS.values()))
    marks.append(time.perf_counter())
    network, loss = train(photos, plan)
    marks.append(time.perf_counter())
    with atomic_file(weights) as part:  # measured as shipped, in half precision
        StudioJudge(network, 0.5).save(part)
        judge = load_studio_judge(part)
        worn = (trials, LOOKS, list(CREATOR_LOOKS), OTHER_HAIR)
        studio, threshold = studio_trials(judge, *worn)
        StudioJudge(network, threshold).save(part)
    weights.chmod(0o644)  # safetensors lets only the owner read
    torch.manual_seed(plan.seed)
    untrained = StudioJudge(IdentityNetwork().eval(), threshold)
    control = {"studio": only_auc(studio_trials(untrained, *worn)[0])}
    real: dict | str = "not measured: no folder of portraits was given"
    if options.photos:
        detector = "yunet" if options.yunet else "lbp"
        portraits = find_portraits(options.photos, detector, options.yunet, 192, ("edge",), options.same_person)
        real = {"detector": detector} | real_trials(judge, threshold, portraits)
        control["real_photos"] = only_auc(real_trials(untrained, threshold, portraits))
    marks.append(time.perf_counter())
    seconds = dict(
        zip(("rendering", "training", "measuring"), np.diff(marks).round().astype(int).tolist(), strict=True)
    )
    record = {
        "what": "the identity judge: how well it tells people apart that it was not trained on",
        "ran_on": ran_on(),
        "threads": options.threads,
        "plan": vars(plan),
        "people": {"trained_on": len(photos), "tried": len(trials)},
        "pictures": {"trained_on": len(photos) * POSES * LOOKS, "shown": plan.steps * plan.batch},
        "seconds": seconds,
        "last_loss": round(loss, 3),
        "weights": {"bytes": weights.stat().st_size, "sha256": file_sha256(weights)},
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "studio_source_sha256": source_fingerprint(influencer_style.studio),
        "threshold": round(threshold, 4),
        "studio": studio,
        "real_photos": real,
        "auc_of_an_untrained_network": control,
    }
    destination.keep("identity_judge", record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
