"""Convolutions in bfloat16 against full precision on this processor: what `half: auto` of a training decides on.

    .venv/bin/python -m benchmarks.half_precision [--rounds 5] [--record]

Forward and backward of a convolution as the trainings have them, the two in turns. Prints the figures, and keeps them
in build/benchmarks, or with --record in benchmarks/results.
"""

from __future__ import annotations

import argparse
import time

import torch

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from influencer_style.training.machine import convolves_in_half, half_precision

BATCH, CHANNELS, SIDE = 6, 48, 64


def seconds(half: bool) -> float:
    """Return what one forward and backward takes, s."""
    generator = torch.Generator().manual_seed(1)
    layer = torch.nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1).to(memory_format=torch.channels_last)
    pictures = torch.randn(BATCH, CHANNELS, SIDE, SIDE, generator=generator).contiguous(
        memory_format=torch.channels_last
    )
    begun = time.perf_counter()
    with half_precision(torch.device("cpu"), half):
        made = layer(pictures)
    made.float().square().mean().backward()
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print, and write the result where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each (default: %(default)s)")
    add_destination(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    times = {False: [], True: []}
    for _ in range(options.rounds + 1):
        for half, taken in times.items():
            taken.append(seconds(half))
    full, low = (min(taken[1:]) for taken in times.values())  # the first of each prepares its kernels
    figures = {
        "ran_on": ran_on(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "auto_takes_bfloat16": convolves_in_half("cpu"),
        "full_ms": round(full * 1e3, 2),
        "bfloat16_ms": round(low * 1e3, 2),
        "bfloat16_over_full": round(low / full, 3),
    }
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    Destination.of(options).keep("half_precision", figures)


if __name__ == "__main__":
    main()
