"""What the base of synthesis draws of people and looks that it was never taught, and whether its adversary pays.

    python -m benchmarks.synthesis_base --yunet FILE [--start FOLDER --steps N] [--shards FOLDER]

Judged in the studio, where the portrait that belongs to noise and look is known. With a base to start from, such as one
that has seen no adversary, training goes on from it twice, with the adversary and without, all else being the same.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.rounding import rounded
from influencer_style.examples.batch import Paired, mean_errors
from influencer_style.examples.shard import StreamSettings, kept_shard
from influencer_style.faces.detect import Detector, make_detector
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import to_uint8
from influencer_style.metrics.colour import lab_thumbnails
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.kid import kid, kid_features, octaves
from influencer_style.metrics.set_scores import diversity
from influencer_style.networks.base import SynthesisBase
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.training.engine import train
from influencer_style.training.machine import best_device
from influencer_style.training.settings import LossWeights
from influencer_style.training.synthesis.guard import faces_found
from influencer_style.training.synthesis.pretraining import PretrainingTask, held_out_portraits, portraits_of
from influencer_style.training.synthesis.task import SynthesisSettings

STREAM = StreamSettings(
    seed=23, sittings=12, targets=12, looks=2, references=8, grades=2, graded=24, photos=8, known=True
)  # fmt: skip
WEIGHTS = LossWeights(features=0.15, adversarial=0.005, r1=1.0, r2=1.0)
CONTINUED = SynthesisSettings(
    examples=16, colour=0.2, neutral=0.25, rate=3e-4, discriminator_rate=5e-4, momentum=0.9, weights=WEIGHTS, ema=0.99,
    stream=STREAM, checkpoint_seconds=1e6, validate_every=10_000,
)  # fmt: skip
TRUNCATIONS = (1.0, 0.7)
SHARDS, SEED, PATHS, FRAMES = 6, 7, 8, 17


def fineness(pictures: np.ndarray) -> np.ndarray:
    """Return how strong luminance is, in the mean, in each of four octaves, fine to coarse, (4,)."""
    light = [np.ascontiguousarray(lab[:, :, 0]) for lab in lab_thumbnails(pictures, pictures.shape[1])]
    return np.mean([[np.abs(band).mean() for band in octaves(one)] for one in light], axis=0)


def examined(
    generator: SynthesisGenerator, held_out: dict[str, Paired], detector: Detector, truncation: float
) -> dict[str, Any]:
    """Return the figures of new people, unstyled and in looks, beside those of portraits that the studio rendered."""
    noise = draw_noise(len(held_out["looks"].noise), SEED, generator.config.noise, truncation)
    found = {}
    for name, known in held_out.items():
        portraits, truth = to_uint8(portraits_of(generator, noise, known.codes)), to_uint8(known.truth)
        features, real = kid_features(portraits), kid_features(truth)
        found[name] = {
            "one_face": bootstrap((faces_found(portraits, detector) == 1).astype(float)).as_dict(),
            "one_face_in_truth": float((faces_found(truth, detector) == 1).mean()),
            "diversity": diversity(features) / diversity(real),
            "kid": kid(features, real).as_dict(),
            "kid_of_truth_halves": kid(real[::2], real[1::2]).as_dict(),
            "fineness": (fineness(portraits) / fineness(truth)).tolist(),
        }
    return found


def errors(generator: SynthesisGenerator, held_out: dict[str, Paired]) -> dict[str, Any]:
    """Return mean absolute errors, in 255ths, where the noise is that of the truth, with intervals over portraits."""
    return {
        name: bootstrap(mean_errors(portraits_of(generator, one.noise, one.codes), one.truth).numpy()).as_dict()
        for name, one in held_out.items()
    }


def largest_steps(generator: SynthesisGenerator, codes: torch.Tensor) -> list[float]:
    """Return the largest step of straight ways between two seeds, in mean steps."""
    ends = draw_noise(2 * PATHS, SEED, generator.config.noise)
    along = torch.linspace(0, 1, FRAMES)[:, None]
    steps = []
    for first, last, code in zip(ends[::2], ends[1::2], codes, strict=False):
        frames = portraits_of(generator, first + along * (last - first), code.expand(FRAMES, -1))
        moved = (frames[1:] - frames[:-1]).abs().mean((1, 2, 3))
        steps.append(float(moved.max() / moved.mean()))
    return steps


def ablation(start: SynthesisBase, steps: int, shards_in: Path, held_out: dict[str, Paired], detector: Detector):
    """Go on from a base with the adversary and without; return the figures of both."""
    encoder = load_encoder()
    shards = [kept_shard(STREAM, number, shards_in, encoder) for number in range(SHARDS)]
    found = {}
    for name, weight in (("regression", 0.0), ("adversary", WEIGHTS.adversarial)):
        s = replace(CONTINUED, steps=steps, weights=replace(WEIGHTS, adversarial=weight))
        task = PretrainingTask(
            settings=s, encoder=encoder, shards_at=lambda _: shards, initial=start.generator, device=best_device()
        )
        state = train(task, shards_in / f"ablation-{name}-{start.sha256[:12]}-{steps}.pt")
        found[name] = {"seconds": round(state.seconds), "errors": errors(state.average, held_out)}
        found[name] |= examined(state.average, held_out, detector, 1.0)
    return {"steps": steps, "start": start.sha256} | found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print its record, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yunet", type=Path, required=True, help="YuNet's .onnx file")
    parser.add_argument("--start", type=Path, help="a base to go on from, with the adversary and without")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--shards", type=Path, default=Path("data/06_models/synthesis_base_benchmark"))
    add_destination(parser)
    options = parser.parse_args(arguments)
    detector, held_out = (
        make_detector("yunet", options.yunet),
        held_out_portraits(STREAM, options.shards, load_encoder()),
    )
    former = Destination.of(options).figures("synthesis_base")
    record = json.loads(former.read_text()) if former.exists() else {}
    record |= {"what": __doc__.splitlines()[0], "ran_on": ran_on(), "portraits": len(held_out["looks"].noise)}
    if options.start:
        start = SynthesisBase.load(options.start)
        record["ablation"] = ablation(start, options.steps, options.shards, held_out, detector)
    else:
        base = SynthesisBase.load()
        record["base"] = base.sha256
        record["errors"] = errors(base.generator, held_out)
        record["truncation"] = {str(psi): examined(base.generator, held_out, detector, psi) for psi in TRUNCATIONS}
        record["largest_step"] = largest_steps(base.generator, held_out["looks"].codes)
    Destination.of(options).keep("synthesis_base", record)
    print(json.dumps(rounded(record), indent=1))


if __name__ == "__main__":
    main()
