"""How the base's colour map is made: taught on photographs of people who do not exist, under random edits. Run once.

    python -m benchmarks.make_colour_map [--questions 60000] [--steps 4000]

What it is taught is in src/influencer_style/examples/colour_questions.py. Puts the map into
src/influencer_style/networks/weights/base.safetensors (the file is the truth, not the seed). Needs
INFLUENCER_STYLE_NOBODIES. The questions take 20 minutes of two cores, and are kept in build/benchmarks for the next
time; the map takes three minutes.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from tqdm import tqdm

from benchmarks.destination import PROJECT, Destination, add_destination
from benchmarks.nobodies import face_crops
from influencer_style.networks.base import SHIPPED, TransferBase
from influencer_style.training.transfer.map_teaching import MapSettings, learn_colour_map


def main() -> None:
    """Draw questions, teach the map, and put it into the base."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=60_000)
    parser.add_argument("--steps", type=int, default=4000)
    add_destination(parser)
    options = parser.parse_args()
    base = TransferBase.load()
    settings = MapSettings(options.questions, options.steps, rate=1.2e-3, seed=1, fresh=True)
    kept = PROJECT / "build/benchmarks/colour_questions"
    with tqdm(unit="question") as bar:

        def progress(done: int, of: int, what: str) -> None:
            bar.total, bar.n = of, done
            bar.set_description_str(what)

        crops = face_crops("train", 256)
        base.generator.colour_map, errors = learn_colour_map(
            base.generator.colour_map, crops, settings, kept, workers=2, progress=progress
        )
    folder = Destination.of(options).weights(SHIPPED / f"{TransferBase.FILE}.safetensors").parent
    replace(base, facts={**base.facts, "colour_map_error": sum(errors[-200:]) / len(errors[-200:])}).save(folder)


if __name__ == "__main__":
    main()
