"""Questions drawn once, by several processes, and kept in a folder: an interrupted drawing goes on where it was."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import torch
from safetensors.torch import save

from influencer_style.examples.colour_questions import Questions, Sizes, questions
from influencer_style.examples.photographs import Photographs
from influencer_style.storage.atomic import write_bytes
from influencer_style.storage.weights import WeightsError, WeightsFile

# As creators give photos: often ten, seldom more than forty.
_SIZES = Sizes(sets=(1, 40), populations=(5, 80), usual=10)
_PART = 1000  # questions of a file


def kept_questions(
    photographs: Photographs,
    count: int,
    seed: int,
    folder: Path,
    workers: int,
    progress: Callable[[int, int, str], None],
) -> Questions:
    """Return `count` questions, see `colour_questions.questions`; those that the folder keeps are not drawn again.

    The folder must belong to the same photographs and seed. `progress` receives the number drawn, that of all,
    and a text.
    """
    sizes_of_parts = [min(_PART, count - start) for start in range(0, count, _PART)]
    files = [folder / f"questions-{number:04d}-{size}.safetensors" for number, size in enumerate(sizes_of_parts)]
    drawn = {file: found for file in files if (found := _read(file)) is not None}
    jobs = [
        (file, size, seed * 10_000 + number)
        for number, (file, size) in enumerate(zip(files, sizes_of_parts, strict=True))
        if file not in drawn
    ]
    if jobs:
        folder.mkdir(parents=True, exist_ok=True)
        done = sum(len(found) for found in drawn.values())
        # spawn: a forked child would inherit torch's thread pool without its threads
        context = multiprocessing.get_context("spawn")
        with context.Pool(min(workers, len(jobs)), _start_worker, (photographs,)) as pool:
            for file, size in pool.imap_unordered(_draw, jobs):
                done += size
                progress(done, count, "drawing questions")
                drawn[file] = Questions(**WeightsFile(file).tensors())
    return Questions.joined([drawn[file] for file in files])


def _read(file: Path) -> Questions | None:
    """Return the questions of a file; None if it is missing or damaged."""
    if not file.is_file():
        return None
    try:
        return Questions(**WeightsFile(file).tensors())
    except (WeightsError, TypeError):
        return None


# The photographs of a worker process, set when it starts.
_worker: dict[str, Photographs] = {}


def _start_worker(photographs: Photographs) -> None:
    torch.set_num_threads(1)
    _worker["photographs"] = photographs


def _draw(job: tuple[Path, int, int]) -> tuple[Path, int]:
    """Draw a part into its file. The file is how questions get to the parent process."""
    file, size, seed = job
    rng = torch.Generator().manual_seed(seed)
    part = Questions.joined(list(islice(questions(_worker["photographs"], _SIZES, rng), size)))
    write_bytes(file, save(dict(vars(part))))
    return file, size
