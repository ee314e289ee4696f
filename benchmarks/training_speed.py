"""How fast a training step is, what its stages take, and how much memory; against networks of StarGAN v2's shape.

    python -m benchmarks.training_speed [--seconds 20] [--rounds 5] [--size 64]

Three trainings, each in a process of its own, take turns: ours; the paper's networks (Choi et al. 2020), shrunk to as
many parameters as our generator has; the paper's networks as they are, which take minutes for a few steps on a CPU.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from benchmarks.child import Child, facts, peaks, timed
from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.our_training import SHARDS, OurTraining, our_settings
from benchmarks.rounding import rounded
from benchmarks.stargan_shaped import Shape, matched
from benchmarks.stargan_training import StarganTraining
from influencer_style.examples.shard import kept_shard
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.settings import TrainerSettings

REFERENCE_WIDTH, BATCH = 512, 8  # the paper's
WANTED = {"images_per_second": 30.0, "times_reference": 200.0}  # at 64 px on 2 cores
_STAGE_CYCLES = 4


@dataclass(frozen=True)
class Plan:
    """What is compared, and for how long.

    Attributes:
        settings: of our training.
        reference: the paper's networks.
        small: the same, shrunk to our generator's number of parameters.
        batch: pictures in a step of either.
        rounds: in each, every training has one turn.
        seconds: of a turn, at least; a turn has whole cycles (ours: from one gradient penalty to the next; theirs: one
            iteration), at least one.
        threads: of torch.
        device: torch's name of it.
        tuned: whether StarGAN's trainings are given our trainer's bfloat16 and channels-last memory.
    """

    settings: TrainerSettings
    reference: Shape
    small: Shape
    batch: int = BATCH
    rounds: int = 5
    seconds: float = 20.0
    threads: int = 2
    device: str = "cpu"
    tuned: bool = False

    @property
    def trainings(self) -> dict[str, tuple]:
        """Class and arguments (but for ours, whose folder is missing) of each training, in the order of their turns."""
        theirs = self.batch, self.device, self.tuned
        return {
            "ours": (OurTraining, self.settings, self.device),
            "small": (StarganTraining, self.small, *theirs),
            "reference": (StarganTraining, self.reference, *theirs),
        }


def our_parameters(settings: TrainerSettings) -> int:
    """Trainable parameters of the generator that is trained with these settings."""
    generator = TransferGenerator(TransferConfig(code_width(load_encoder()), channels=settings.channels))
    return sum(p.numel() for p in generator.parameters() if p.requires_grad)


def measure(plan: Plan) -> dict[str, Any]:
    """Run all trainings in turns; return the figures."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        rendering = _render(plan.settings, folder)
        turns: dict[str, list[dict[str, float]]] = {training: [] for training in plan.trainings}
        children: dict[str, Child] = {}
        progress = opened.enter_context(tqdm(total=(1 + plan.rounds) * len(turns) + 1, unit="turn"))
        for training, (make, what, *others) in plan.trainings.items():
            progress.set_description(f"Warming up: {training}")
            arguments = (what, folder, *others) if make is OurTraining else (what, *others)
            children[training] = opened.enter_context(Child(make, arguments, plan.threads))
            progress.update()
        for number in range(plan.rounds):
            for training, child in children.items():
                progress.set_description(f"Round {number + 1} of {plan.rounds}: {training}")
                turns[training].append(child.ask(timed, plan.seconds))
                progress.update()
        # Before the stages are timed: these are no part of a training.
        memory = {n: {"before": c.before} | c.ask(peaks) for n, c in children.items()}
        about = {n: c.ask(facts) for n, c in children.items()}
        progress.set_description("Stages of our step")
        stages = children["ours"].ask(OurTraining.stages, _STAGE_CYCLES)
        progress.update()
    speed = {n: [turn["images"] / turn["seconds"] for turn in taken] for n, taken in turns.items()}
    ratios = {
        f"ours_to_{other}": _spread([a / b for a, b in zip(speed["ours"], speed[other], strict=True)])
        for other in ("reference", "small")
    }
    return {
        "images_per_second": {n: _spread(values) for n, values in speed.items()},
        "ratio": ratios,
        "stages_ms": stages,
        "peak_memory_mib": memory,
        "parameters": {n: told["parameters"] for n, told in about.items()},
        "cores_used": {
            n: sum(t["processor_seconds"] for t in taken) / sum(t["seconds"] for t in taken)
            for n, taken in turns.items()
        },
        "images_timed": {n: sum(turn["images"] for turn in taken) for n, taken in turns.items()},
        "rendering": rendering,
    }


def record(plan: Plan) -> dict[str, Any]:
    """Measure; return what is written: what, where, with which settings, and the figures."""
    return {
        "what": "adversarial training: full generator and discriminator steps, ours and of networks in the shape of "
        "StarGAN v2, of our generator's parameters (small) and of the paper's (reference), in turns",
        "ran_on": ran_on(),
        "settings": {
            "size": plan.settings.stream.resolution,
            "device": plan.device,
            "threads": plan.threads,
            "rounds": plan.rounds,
            "seconds_a_turn": plan.seconds,
            "ours": asdict(plan.settings),
            "small": asdict(plan.small) | {"batch": plan.batch, "tuned": plan.tuned},
            "reference": asdict(plan.reference) | {"batch": plan.batch, "tuned": plan.tuned},
        },
        "wanted_at_64_px_on_2_cores": WANTED,
        "figures": rounded(measure(plan)),
    }


def table(kept: dict[str, Any]) -> str:
    """The figures of a record for reading."""
    figures, lines = kept["figures"], []
    for name, speed in figures["images_per_second"].items():
        parameters = figures["parameters"][name]
        generating = sum(count for network, count in parameters.items() if network != "discriminator")
        lines.append(
            f"{name:>10}: {_words(speed)} images/s, {generating / 1e6:.2f} million parameters that generate and "
            f"{parameters['discriminator'] / 1e6:.2f} that discriminate, peak {_memory(figures, name)}"
        )
    for name, ratio in figures["ratio"].items():
        lines.append(f"{name.replace('_', ' ')}: {_words(ratio)}")
    step = figures["stages_ms"]["mean"]
    lines += [f"{name:>24}: {value:7.1f} ms, {value / step['step']:4.0%}" for name, value in step.items()]
    rendering = figures["rendering"]
    lines.append(f"Beside it, a worker renders: {rendering['ms_a_step']:.1f} ms of one core for each step")
    return "\n".join(lines)


def _render(settings: TrainerSettings, folder: Path) -> dict[str, float]:
    """Render the shards as a worker does, on one thread; return what that costs."""
    encoder, threads = load_encoder(), torch.get_num_threads()
    start = time.process_time()
    torch.set_num_threads(1)
    try:
        for number in tqdm(range(SHARDS), desc="Rendering the studio's pictures", unit="shard"):
            kept_shard(settings.stream, number, folder, encoder)
    finally:
        torch.set_num_threads(threads)
    seconds = (time.process_time() - start) / SHARDS
    return {"seconds_a_shard": seconds, "ms_a_step": 1000 * seconds / settings.shard_every}


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": sum(values) / len(values), "low": min(values), "high": max(values), "rounds": values}


def _words(spread: dict[str, Any]) -> str:
    return f"{spread['mean']:.4g} ({spread['low']:.4g} to {spread['high']:.4g} over {len(spread['rounds'])} rounds)"


def _memory(figures: dict[str, Any], name: str) -> str:
    memory = figures["peak_memory_mib"][name]
    said = f"{memory['process']:.0f} MiB ({memory['before']:.0f} before there were networks)"
    return said + (f", on the GPU {memory['gpu']:.0f} MiB" if "gpu" in memory else "")


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of a turn at least; whole iterations are taken")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each training")
    parser.add_argument("--size", type=int, default=64, choices=(32, 64, 128, 256), help="side of pictures in pixels")
    parser.add_argument(
        "--profile", default="cpu", choices=("cpu", "gpu"), help="of conf/base, for our batch and width"
    )
    parser.add_argument("--threads", type=int, default=2, help="of torch, on the CPU")
    parser.add_argument("--tuned", action="store_true", help="give StarGAN our bfloat16 and channels-last memory, too")
    add_destination(parser)
    options = parser.parse_args(arguments)
    if min(options.rounds, options.threads) < 1:
        parser.error("--rounds and --threads must be at least 1")
    # Threads that wait must not spin: the trainings that have no turn would take the time of the one that has.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    settings, reference = our_settings(options.size, options.profile), Shape(options.size, REFERENCE_WIDTH)
    plan = Plan(
        settings=settings,
        reference=reference,
        small=matched(reference, our_parameters(settings)),
        batch=BATCH,
        rounds=options.rounds,
        seconds=options.seconds,
        threads=options.threads,
        device="cuda" if torch.cuda.is_available() else "cpu",
        tuned=options.tuned,
    )
    kept = record(plan)
    Destination.of(options).keep("training_speed", kept)
    print(table(kept))


if __name__ == "__main__":
    main()
