"""What tracking costs a training of a fixed number of steps: the same run with tracking and without, in turns.

    python -m benchmarks.tracking_cost [--data data] [--steps 200] [--pairs 5] [--out FILE]

`kedro run --pipeline training` of this project, from nothing, on the data of a finished run (`make run`), copied to a
temporary folder. Whole processes are timed, from start to end. Writes benchmarks/results/tracking_cost.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from tqdm import tqdm

from benchmarks.machine import ran_on
from benchmarks.rounding import rounded
from influencer_style.storage.atomic import write_text

PROJECT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "tracking_cost.json"
NEEDED = ("03_primary/face_crops", "04_feature")
CLOCKS = ("wall", "processor")
# A pair is disturbed where the rest of the machine took this share of what one of its runs took.
DISTURBED = 0.1
WANTED = "the run takes less than 1.03 times as long with tracking as without"


def copied_project(folder: Path, data: Path) -> None:
    """Copy configuration and data to `folder`; there trainings begin from nothing."""
    shutil.copy(PROJECT / "pyproject.toml", folder)
    shutil.copytree(PROJECT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "src").mkdir()  # Kedro wants the folder
    for part in NEEDED:
        shutil.copytree(data / part, folder / "data" / part)
    training = {"profile": "cpu", "initial": "scratch"}
    for environment, enabled in (("local", True), ("untracked", False)):
        (folder / "conf" / environment).mkdir()
        write_text(folder / f"conf/{environment}/parameters_training.yml", yaml.safe_dump({"training": training}))
        write_text(folder / f"conf/{environment}/mlflow.yml", yaml.safe_dump({"tracking": {"enabled": enabled}}))


def timed_run(
    folder: Path, tracked: bool, seed: int, steps: int, program: tuple[str, ...] = ("-m", "kedro")
) -> dict[str, float]:
    """Train once, anew; return `wall` and `processor` seconds (user and system, all processes of the run).

    `others` is the processor seconds that the rest of the machine took meanwhile. Where that differs within a pair, the
    pair says nothing of tracking: processor time, too, grows when others want the same cores.

    Raises:
        RuntimeError: when the run fails.
    """
    shutil.rmtree(folder / "data/06_models", ignore_errors=True)
    parameters = f"training.loop.seed={seed},training.from_scratch.cpu.steps={steps}"
    command = [sys.executable, *program, "run", "--pipelines", "training", "--params", parameters]
    command += [] if tracked else ["--env", "untracked"]
    before, busy, start = _processor_seconds(), _busy_seconds(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=_environment(folder), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the run failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    wall, processor = time.perf_counter() - start, _processor_seconds() - before
    return {"wall": wall, "processor": processor, "others": _busy_seconds() - busy - processor}


def measure(folder: Path, steps: int, pairs: int) -> dict[str, Any]:
    """Train with tracking and without, in turns; who is first alternates. Both of a pair have the same seed."""
    turns: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    parts = {}
    with tqdm(total=2 * pairs + 2, unit="run") as progress:
        for name, seed, length in (("first run, which makes the store", 1000, 5), ("later run", 1001, steps)):
            progress.set_description(f"Parts of tracking: {name}")
            whole = timed_run(folder, True, seed, length, ("-m", "benchmarks.tracking_parts"))
            told = json.loads((folder / "tracking_parts.json").read_text(encoding="utf-8"))
            parts[name] = told | {"the run": whole["processor"]}
            progress.update()
        for seed in range(pairs):
            for tracked in (seed % 2 == 0, seed % 2 == 1):
                progress.set_description(f"Pair {seed + 1}, {'with' if tracked else 'without'} tracking")
                turns[tracked].append(timed_run(folder, tracked, seed, steps))
                progress.update()
    return costs(turns) | {
        "seconds_with": turns[True],
        "seconds_without": turns[False],
        "parts_processor_seconds": parts,
    }


def costs(turns: dict[bool, list[dict[str, float]]]) -> dict[str, Any]:
    """Return what tracking costs, by the clock and in processor time: over all pairs, and over the undisturbed ones."""
    calm = [
        all(turns[on][pair]["others"] < DISTURBED * turns[on][pair]["processor"] for on in turns)
        for pair in range(len(turns[True]))
    ]
    left = {on: [turn for turn, keep in zip(taken, calm, strict=True) if keep] for on, taken in turns.items()}
    found = {"all_pairs": turns} | ({"undisturbed_pairs": left} if any(calm) else {})
    return {name: {"pairs": len(t[True])} | {clock: _cost(t, clock) for clock in CLOCKS} for name, t in found.items()}


def _cost(turns: dict[bool, list[dict[str, float]]], clock: str) -> dict[str, Any]:
    tracked, plain = ([turn[clock] for turn in turns[on]] for on in (True, False))
    ratios = [a / b for a, b in zip(tracked, plain, strict=True)]
    return {
        "ratio_of_medians": statistics.median(tracked) / statistics.median(plain),
        "median_pair": statistics.median(ratios),
        "lowest_pair": min(ratios),
        "highest_pair": max(ratios),
        "median_seconds_more": statistics.median(a - b for a, b in zip(tracked, plain, strict=True)),
        "median_seconds_without": statistics.median(plain),
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy_seconds() -> float:
    """Return the seconds that all cores together were at work, since the machine started (Linux)."""
    user, nice, system, _idle, _waiting, interrupts, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def _environment(folder: Path) -> dict[str, str]:
    """The environment of a run: this code, and Python's byte code kept, as it usually is: imports are a part of it."""
    path = os.pathsep.join([str(PROJECT), str(PROJECT / "src")])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=PROJECT / "data", help="data folder of a finished `make run`")
    parser.add_argument("--steps", type=int, default=200, help="of a training")
    parser.add_argument("--pairs", type=int, default=5, help="of runs with and without tracking")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file for the record")
    options = parser.parse_args(arguments)
    if missing := [part for part in NEEDED if not (options.data / part).is_dir()]:
        parser.error(f"{options.data} lacks {', '.join(missing)}: run `make run` first, or name its data with --data")
    with tempfile.TemporaryDirectory() as folder:
        copied_project(Path(folder), options.data)
        figures = measure(Path(folder), options.steps, options.pairs)
    kept = {
        "what": "kedro run --pipelines training, from nothing, with tracking (registration of the model and all) and "
        "without, in turns; whole processes",
        "ran_on": ran_on(),
        "settings": {"steps": options.steps, "pairs": options.pairs},
        "wanted": WANTED,
        "figures": rounded(figures),
    }
    write_text(options.out, json.dumps(kept, indent=1) + "\n")
    for name, clock in ((n, c) for n in ("all_pairs", "undisturbed_pairs") if n in kept["figures"] for c in CLOCKS):
        cost = kept["figures"][name][clock]
        print(
            f"{name}, {clock}: {cost['ratio_of_medians']:.3f} of medians, {cost['median_pair']:.3f} in the median pair "
            f"({cost['lowest_pair']:.3f} to {cost['highest_pair']:.3f}) "
            f"of {cost['median_seconds_without']:.0f} s"
        )
    print(json.dumps(kept["figures"]["parts_processor_seconds"], indent=1))


if __name__ == "__main__":
    main()
