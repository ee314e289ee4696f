"""From nothing, without pairs, in minutes: our training and networks of StarGAN v2's shape, on the same photos.

    python -m benchmarks.from_scratch [--steps 760] [--seeds 7 8 9]

Both see the demo set's creators and users, as a finished `make run` left them in data/, for the same time by the clock:
StarGAN's networks as long as ours took for its steps. Both are judged by known truth beside colour transfer from set to
set. 760 steps took 150 seconds of two cores, which are five minutes of one.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.judging import by_generator, judge
from benchmarks.machine import ran_on
from benchmarks.material import SIDE, Material, studio_material
from benchmarks.our_training import our_settings
from benchmarks.rounding import rounded
from benchmarks.stargan_shaped import Shape, matched
from benchmarks.stargan_training import Batch, StarganTraining
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import shrink, to_tensor, to_uint8
from influencer_style.looks.style_code import code_width
from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.intervals import bootstrap
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import LossWeights, TrainerSettings
from influencer_style.training.transfer.task import TransferTask

_BATCH = 8  # of StarGAN v2
# Known truth is what this does without: what tells a look are the discriminator and Gram statistics.
_WEIGHTS = LossWeights(features=0.0, adversarial=0.05, gram=0.1, shape=0.1, r1=1.0, r2=1.0)


def settings_without_pairs(steps: int) -> TrainerSettings:
    """The settings that a `make run` trains with from scratch, but for users' photos alone and a relativistic game."""
    return replace(
        our_settings(SIDE, initial="scratch"),
        examples=0, photos=10, relativistic=True, weights=_WEIGHTS, steps=steps, threads=0,
    )  # fmt: skip


def ours(material: Material, settings: TrainerSettings, folder: Path) -> tuple[Callable[[Tensor, str], Tensor], float]:
    """Train a generator; return what it does, and how many seconds that took."""
    with tqdm(total=settings.steps, desc="Ours", unit="step") as bar:
        watch = Watch(progress=lambda step, *_: bar.update(step - bar.n))
        task = TransferTask(settings=settings, encoder=load_encoder(), shards_at=_nobody, creators=material.creators)
        state = train(task, folder / "c.pt", watch)
    return by_generator(state.average, material.creators), state.seconds


def stargan(material: Material, seconds: float, seed: int) -> tuple[Callable[[Tensor, str], Tensor], int]:
    """Train StarGAN's networks, as large as our generator; a domain for each creator, and one for the users."""
    creators = material.creators
    photos = [creators.users, *(creators.creators[name] for name in creators.names)]
    like = sum(p.numel() for p in TransferGenerator(TransferConfig(code_width(load_encoder()))).parameters())
    training = StarganTraining(matched(Shape(SIDE, domains=len(photos)), like), _BATCH, tuned=True, seed=seed)
    rng = torch.Generator().manual_seed(seed)
    began, steps = time.monotonic(), 0
    with tqdm(total=round(seconds), desc="StarGAN's shape", unit="s") as bar:
        while not steps or time.monotonic() - began < seconds:
            training.iterate(_drawn(photos, rng))
            steps += 1
            bar.update(int(time.monotonic() - began) - bar.n)
    generator, _, encoder = training.averages

    def restyle(people: Tensor, look: str) -> Tensor:
        number = 1 + creators.names.index(look)
        with torch.no_grad():
            # The look of a set: the mean style of its photos.
            own = creators.creators[look].float() / 127.5 - 1
            style = encoder(own, torch.full((len(own),), number)).mean(0, keepdim=True)
            return (generator(people * 2 - 1, style.expand(len(people), -1)) / 2 + 0.5).clamp(0, 1)

    return restyle, steps


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print its record, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=760, help="of our training; StarGAN's gets the same time")
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    add_destination(parser)
    options = parser.parse_args(arguments)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    material = studio_material(load_encoder(), to_judge=False)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ("ours", "stargan_small", *METHODS)}
    for name, method in METHODS.items():
        found[name].append(_told(_by_method(method, material.creators), material))
    settings = settings_without_pairs(options.steps)
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            restyle, seconds = ours(material, replace(settings, seed=seed), Path(folder))
        found["ours"].append(
            _told(restyle, material) | {"seed": seed, "steps": options.steps, "seconds": round(seconds)}
        )
    # Once is enough: it is nowhere near.
    restyle, steps = stargan(material, seconds, options.seeds[0])
    found["stargan_small"].append(_told(restyle, material) | {"seed": options.seeds[0], "steps": steps})
    means = {name: float(np.mean([one["delta_e"]["mean"] for one in each])) for name, each in found.items()}
    best = min(set(METHODS) - {"do_nothing"}, key=means.get)
    record = {
        "what": __doc__.splitlines()[0],
        "ran_on": ran_on(),
        "best_colour_transfer": best,
        "over_best_colour_transfer": {
            name: [one["delta_e"]["mean"] / means[best] for one in found[name]] for name in ("ours", "stargan_small")
        },
        "found": found,
    }
    Destination.of(options).keep("from_scratch", record)
    print(json.dumps(rounded(record), indent=1))


def _told(restyle: Callable[[Tensor, str], Tensor], material: Material) -> dict[str, Any]:
    judged = judge(restyle, material)
    by_look = dict(zip(material.truth, judged.delta_e.mean(0).tolist(), strict=True))
    measures = {name: bootstrap(getattr(judged, name).mean(1)).as_dict() for name in ("delta_e", "structure")}
    return measures | {"delta_e_by_look": by_look}


def _by_method(method: Callable[..., np.ndarray], creators: CreatorPhotos) -> Callable[[Tensor, str], Tensor]:
    def pixels(photos: Tensor) -> np.ndarray:
        return shrink(photos.permute(0, 2, 3, 1).contiguous().numpy(), SIDE)

    return lambda people, look: to_tensor(
        method(to_uint8(people), pixels(creators.creators[look]), pixels(creators.users))
    )


def _drawn(photos: list[Tensor], rng: torch.Generator) -> Batch:
    def some(domains: Tensor) -> Tensor:
        drawn = [photos[d][int(torch.randint(len(photos[d]), (1,), generator=rng))] for d in domains]
        return torch.stack(drawn).float() / 127.5 - 1

    domains, targets = torch.randint(len(photos), (2, _BATCH), generator=rng)
    references = torch.stack([some(targets), some(targets)])
    return Batch(some(domains), domains, references, targets, torch.randn(2, _BATCH, 16, generator=rng))


def _nobody(step: int) -> list:
    raise AssertionError(f"step {step} asked for studio examples, and was to do without")


if __name__ == "__main__":
    main()
