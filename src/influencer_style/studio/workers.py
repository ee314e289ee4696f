"""Work on independent jobs in several processes, one torch thread each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import torch

Job = TypeVar("Job")
Result = TypeVar("Result")


def _alone() -> None:
    torch.set_num_threads(1)


def in_parallel(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, progress: bool, title: str
) -> Iterator[Result]:
    """Yield work(job) for each job in order, from `workers` processes (this one if that is 1 or there is one job).

    `work` must be importable by name. Raises ValueError if `workers` is below 1, and whatever `work` raises.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")

    def shown(results: Iterator[Result]) -> Iterable[Result]:
        if not progress:
            return results
        from tqdm import tqdm  # noqa: PLC0415 (a bare machine that trains lacks it)

        return tqdm(results, total=len(jobs), desc=title, unit="photo")

    if workers == 1 or len(jobs) < 2:
        threads = torch.get_num_threads()
        _alone()  # pictures are too small for two threads to pay
        try:
            yield from shown(map(work, jobs))
        finally:
            torch.set_num_threads(threads)
        return
    # spawn: a forked child would inherit torch's thread pool without its threads
    with multiprocessing.get_context("spawn").Pool(min(workers, len(jobs)), _alone) as pool:
        yield from shown(pool.imap(work, jobs, chunksize=1))
