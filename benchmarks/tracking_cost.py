"""What tracking costs a training of a fixed number of steps: the same run with tracking and without, side by side.

    python -m benchmarks.tracking_cost [--data data] [--steps 200] [--pairs 12]

`kedro run --pipeline training` of this project, from nothing, on the data of a finished run (`make run`), copied to
temporary folders. Both runs of a pair go at the same time, each on a core of its own, so that what else the machine has
to do meets both; the next pair changes cores. One core each also means that nothing tracking does in the background is
free. Whole processes are timed, from start to end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.rounding import rounded
from influencer_style.metrics.intervals import bootstrap
from influencer_style.storage.atomic import write_text

PROJECT = Path(__file__).parents[1]
NEEDED = ("03_primary/face_crops", "04_feature")
CLOCKS = ("wall", "processor")
WANTED = "the run takes less than 1.03 times as long with tracking as without"


def copied_project(folder: Path, data: Path) -> None:
    """Copy configuration and data to `folder`, which is made; there trainings begin from nothing."""
    folder.mkdir()
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


def timed_runs(
    folders: dict[str, Path], cores: dict[str, int], seed: int, steps: int, program: tuple[str, ...] = ("-m", "kedro")
) -> dict[str, dict[str, float]]:
    """Train once in each of `folders`, anew and at the same time; return `wall` and `processor` seconds of each.

    Processor time is user and system time of all processes of the run.

    Args:
        folders: by environment: "local", which tracks, and "untracked".
        cores: the core of each.

    Raises:
        RuntimeError: when a run fails.
    """
    parameters = f"training.loop.seed={seed},training.from_scratch.cpu.steps={steps}"
    running: dict[int, tuple[str, float]] = {}
    for name, folder in folders.items():
        shutil.rmtree(folder / "data/06_models", ignore_errors=True)
        command = [sys.executable, *program, "run", "--pipelines", "training", "--env", name, "--params", parameters]
        with (folder / "run.log").open("w") as log:
            everywhere = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {cores[name]})  # the run inherits its core
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(folder),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            os.sched_setaffinity(0, everywhere)
        running[process.pid] = name, start
    took = {}
    while running:
        pid, status, used = os.wait4(-1, 0)
        name, start = running.pop(pid)
        took[name] = {"wall": time.perf_counter() - start, "processor": used.ru_utime + used.ru_stime}
        if status != 0:
            raise RuntimeError(f"the run failed: {(folders[name] / 'run.log').read_text()[-4000:]}")
    return took


def measure(base: Path, data: Path, steps: int, pairs: int) -> dict[str, Any]:
    """Train with tracking and without at the same time, `pairs` times. Both of a pair have the same seed."""
    folders = {name: base / name for name in ("local", "untracked")}
    for folder in folders.values():
        copied_project(folder, data)
    first, second, *_ = sorted(os.sched_getaffinity(0))
    turns, parts = [], {}
    with tqdm(total=pairs + 2, unit="run") as progress:
        for name, seed, length in (("first run, which makes the store", 1000, 5), ("later run", 1001, steps)):
            progress.set_description(f"Parts of tracking: {name}")
            tracked = {"local": folders["local"]}
            whole = timed_runs(tracked, {"local": first}, seed, length, ("-m", "benchmarks.tracking_parts"))["local"]
            told = json.loads((folders["local"] / "tracking_parts.json").read_text(encoding="utf-8"))
            parts[name] = told | {"the run": whole["processor"]}
            progress.update()
        for seed in range(pairs):
            progress.set_description(f"Pair {seed + 1}")
            cores = (first, second) if seed % 2 == 0 else (second, first)
            turns.append(timed_runs(folders, dict(zip(folders, cores, strict=True)), seed, steps))
            progress.update()
    return {clock: cost(turns, clock) for clock in CLOCKS} | {"pairs": turns, "parts_processor_seconds": parts}


def cost(turns: list[dict[str, dict[str, float]]], clock: str) -> dict[str, Any]:
    """Return how many times as long the run takes with tracking: mean and 95% interval of the pairs, and more."""
    tracked, plain = ([turn[name][clock] for turn in turns] for name in ("local", "untracked"))
    ratios = np.array(tracked) / np.array(plain)
    return {
        "ratio": bootstrap(ratios).as_dict(),
        "median_pair": float(np.median(ratios)),
        "lowest_pair": float(ratios.min()),
        "highest_pair": float(ratios.max()),
        "mean_seconds_more": float(np.mean(tracked) - np.mean(plain)),
        "mean_seconds_without": float(np.mean(plain)),
    }


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
    parser.add_argument("--pairs", type=int, default=12, help="of runs with and without tracking")
    add_destination(parser)
    options = parser.parse_args(arguments)
    if missing := [part for part in NEEDED if not (options.data / part).is_dir()]:
        parser.error(f"{options.data} lacks {', '.join(missing)}: run `make run` first, or name its data with --data")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.data, options.steps, options.pairs)
    kept = {
        "what": "kedro run --pipelines training, from nothing, with tracking (registration of the model and all) and "
        "without, at the same time, a core each, changing cores from pair to pair; whole processes",
        "ran_on": ran_on(),
        "settings": {"steps": options.steps, "pairs": options.pairs},
        "wanted": WANTED,
        "figures": rounded(figures),
    }
    Destination.of(options).keep("tracking_cost", kept)
    for clock in CLOCKS:
        found = kept["figures"][clock]
        ratio = found["ratio"]
        print(
            f"{clock}: {ratio['mean']:.4f} [{ratio['low']:.4f}, {ratio['high']:.4f}] of {ratio['n']} pairs "
            f"({found['lowest_pair']:.3f} to {found['highest_pair']:.3f}), of {found['mean_seconds_without']:.0f} s"
        )
    print(json.dumps(kept["figures"]["parts_processor_seconds"], indent=1))


if __name__ == "__main__":
    main()
