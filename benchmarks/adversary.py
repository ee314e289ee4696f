"""Does the adversary earn its place? The base adapted to creators with it, of two kinds, and without: paired.

    python -m benchmarks.adversary [--seeds 7 8 9] [--photos FOLDER]

Two kinds of creators: those of the demo set, as a finished `make run` left them in data/, judged by photos that the
studio renders for this; and, with a folder of real portraits, photographic grades on people's photos, judged by those
grades on other people. Nobody who is restyled for judging, and no photo that is judged by, was trained on.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.judging import Judged, by_generator, judge
from benchmarks.machine import ran_on
from benchmarks.material import SIDE, Material, graded_materials, studio_material
from benchmarks.our_training import our_settings
from benchmarks.rounding import rounded
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.kid import kid_difference, kid_features
from influencer_style.networks.base import TransferBase
from influencer_style.training.engine import train
from influencer_style.training.machine import best_device
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import studio_stream
from influencer_style.training.transfer.adaptation import to_adapt, with_config, without_adversary
from influencer_style.training.transfer.task import TransferTask


def compared(pairs: list[tuple[Judged, Judged]], photos: list[list[np.ndarray]]) -> dict[str, Any]:
    """Return the mean differences of pairs, with 95% intervals over people (and, of KID, photos); below 0 is better.

    Args:
        pairs: of the same people in the same looks; several are taken together, and the first person of each, the
            second and so on drawn as one.
        photos: for each pair features of each look's photos.
    """
    sets = ([features for pair in pairs for features in pair[side].features] for side in (0, 1))
    error, lost = (
        bootstrap(np.mean([(getattr(a, name) - getattr(b, name)).mean(1) for a, b in pairs], axis=0))
        for name in ("delta_e", "structure")
    )
    kid = kid_difference(*sets, [features for own in photos for features in own])
    return {"kid": kid.as_dict(), "delta_e": error.as_dict(), "structure": lost.as_dict()}


def non_saturating(settings: TrainerSettings) -> TrainerSettings:
    """Return the settings with the non-saturating loss and R1 (Goodfellow 2014, Mescheder 2018) for the adversary's."""
    return replace(settings, relativistic=False, weights=replace(settings.weights, r2=0.0))


def examine(
    materials: Sequence[Material], settings: TrainerSettings, seeds: Sequence[int], folder: Path
) -> dict[str, Any]:
    """Adapt the base to every material with every seed, with either adversary and without, and compare.

    Args:
        materials: with as many people to judge each.
        settings: of the adaptation.
        seeds: each is a training.
        folder: for what the studio renders, and checkpoints.
    """
    encoder, device = load_encoder(), best_device()
    base = TransferBase.load().generator
    judged: dict[str, list[Judged]] = {"relativistic": [], "non_saturating": [], "plain": [], "base": []}
    photos = []
    with studio_stream(settings, folder, encoder) as stream:
        for number, material in enumerate(tqdm(materials, desc="Creators", unit="set")):
            untouched = judge(by_generator(base, material.creators), material)
            own_photos = [kid_features(shrink(material.photos[name], SIDE)) for name in material.truth]
            for seed in tqdm(seeds, desc="Adapting", unit="seed", leave=False):
                own = replace(settings, seed=seed)
                ways = {"relativistic": own, "non_saturating": non_saturating(own), "plain": without_adversary(own)}
                for name, chosen in ways.items():
                    task = TransferTask(
                        settings=chosen,
                        encoder=encoder,
                        shards_at=stream.at,
                        creators=material.creators,
                        initial=to_adapt(base),
                        device=device,
                    )
                    state = train(task, folder / f"{name}-{number}-{seed}.pt")
                    adapted = by_generator(
                        with_config(state.average, replace(state.average.config, palette=base.config.palette)),
                        material.creators,
                    )
                    judged[name].append(judge(adapted, material))
                judged["base"].append(untouched)
                photos.append(own_photos)

    def less(one: str, other: str, seed: int | None = None) -> dict[str, Any]:
        chosen = [i for i in range(len(photos)) if seed is None or seeds[i % len(seeds)] == seed]
        return compared([(judged[one][i], judged[other][i]) for i in chosen], [photos[i] for i in chosen])

    return {
        "delta_e": {name: float(np.mean([one.delta_e.mean() for one in found])) for name, found in judged.items()},
        "relativistic_less_plain": less("relativistic", "plain"),
        "non_saturating_less_plain": less("non_saturating", "plain"),
        "relativistic_less_non_saturating": less("relativistic", "non_saturating"),
        "relativistic_less_base": less("relativistic", "base"),
        "plain_less_base": less("plain", "base"),
        "each_seed": [less("relativistic", "plain", seed) | {"seed": seed} for seed in seeds],
        "people": sum(len(material.people) for material in materials),
        "photos": {name: sum(len(one.photos[name]) for one in materials) for name in materials[0].photos},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print its record, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    parser.add_argument("--photos", type=Path, default=os.environ.get("INFLUENCER_STYLE_PHOTOS"), help="real portraits")
    add_destination(parser)
    options = parser.parse_args(arguments)
    settings, encoder = replace(our_settings(SIDE), workers=2), load_encoder()
    materials = {"studio": lambda: [studio_material(encoder)]}
    if options.photos:
        materials["real"] = lambda: graded_materials(encoder, options.photos)
    record: dict[str, Any] = {"what": __doc__.splitlines()[0], "ran_on": ran_on(), "steps": settings.steps}
    with tempfile.TemporaryDirectory() as folder:
        for name, made in materials.items():
            place = Path(folder) / name
            place.mkdir()
            record[name] = examine(made(), settings, options.seeds, place)
    Destination.of(options).keep("adversary", record)
    print(json.dumps(rounded(record), indent=1))


if __name__ == "__main__":
    main()
