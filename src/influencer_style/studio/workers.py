"""Work on independent jobs in several processes, one torch thread each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch


def _alone() -> None:
    torch.set_num_threads(1)


def _bar(total: int, title: str) -> Callable[[Iterator[Any]], Iterator[Any]]:
    from tqdm import tqdm  # a bare machine, where the base is taught, may lack it

    return lambda results: tqdm(results, total=total, desc=title, unit="photo")


def in_parallel(
    work: Callable[[Any], Any], jobs: Sequence[Any], workers: int, progress: bool, title: str
) -> Iterator[Any]:
    """Yield work(job) for each job in order, from `workers` processes (this one if that is 1 or there is one job).

    `work` must be importable by name. Raises ValueError if `workers` is below 1, and whatever `work` raises.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    bar = _bar(len(jobs), title) if progress else iter
    if workers == 1 or len(jobs) < 2:
        threads = torch.get_num_threads()
        _alone()  # pictures are too small for two threads to pay
        try:
            yield from bar(map(work, jobs))
        finally:
            torch.set_num_threads(threads)
        return
    # spawn: a forked child would inherit torch's thread pool without its threads
    with multiprocessing.get_context("spawn").Pool(min(workers, len(jobs)), _alone) as pool:
        yield from bar(pool.imap(work, jobs, chunksize=1))
