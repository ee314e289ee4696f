"""How the base's colour map was made: taught on photographs of people who do not exist, under random edits. Run once.

    python -m benchmarks.make_colour_map [--questions 60000] [--steps 4000]

What it is taught is in src/influencer_style/examples/colour_questions.py. Puts the map into
src/influencer_style/networks/weights/base.safetensors (the file is the truth, not the seed). Needs
INFLUENCER_STYLE_NOBODIES. The questions take 20 minutes of two cores, and are kept in build/benchmarks for the next
time; the map takes three minutes.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice

import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from benchmarks.destination import PROJECT, Destination, add_destination
from benchmarks.nobodies import face_crops
from influencer_style.examples.colour_questions import Questions, Sizes, edit_components, questions
from influencer_style.examples.photographs import Photographs
from influencer_style.networks.base import SHIPPED, TransferBase
from influencer_style.networks.colour_map import COMPONENTS, ColourMap
from influencer_style.storage.atomic import atomic_file
from influencer_style.training.transfer.map_teaching import MapSettings, teach_colour_map

_SIZES = Sizes(sets=(1, 40), populations=(5, 80), usual=10)
_PARTS = 20


def main() -> None:
    """Draw questions, teach the map, and put it into the base."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=60_000)
    parser.add_argument("--steps", type=int, default=4000)
    add_destination(parser)
    options = parser.parse_args()
    rng = torch.Generator().manual_seed(1)
    photographs = Photographs.of(face_crops("train", 256), rng)
    kept = PROJECT / f"build/benchmarks/colour_questions_{options.questions}.safetensors"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(kept) as temporary:
            save_file(vars(_all_drawn(photographs, options.questions)), temporary)
    material = Questions(**load_file(kept))
    base = TransferBase.load()
    colour_map = base.generator.colour_map = ColourMap()
    colour_map.components.copy_(edit_components(photographs, COMPONENTS, rng))
    colour_map.mean.copy_(material.codes.mean(0))
    colour_map.deviation.copy_(material.codes.std(0).clamp_min(1e-3))
    settings = MapSettings(options.questions, options.steps, batch=128, rate=1.2e-3, noise=0.5, warm_up=100)
    errors = teach_colour_map(colour_map, material, settings)
    folder = Destination.of(options).weights(SHIPPED / f"{TransferBase.FILE}.safetensors").parent
    replace(base, facts={**base.facts, "colour_map_error": sum(errors[-200:]) / len(errors[-200:])}).save(folder)


def _all_drawn(photographs: Photographs, count: int) -> Questions:
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(_drawn, [photographs] * _PARTS, [count // _PARTS] * _PARTS, range(11, 11 + _PARTS))
        return Questions.joined(list(tqdm(parts, total=_PARTS, desc="Drawing questions", unit="part")))


def _drawn(photographs: Photographs, count: int, seed: int) -> Questions:
    torch.set_num_threads(1)
    return Questions.joined(list(islice(questions(photographs, _SIZES, torch.Generator().manual_seed(seed)), count)))


if __name__ == "__main__":
    main()
