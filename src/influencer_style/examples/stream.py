"""An endless stream of studio shards, numbered and made as they are needed.

At a step of a training the same shards are always available, so a training that was stopped continues with the very
pictures it would have seen.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

import torch

from influencer_style.examples.shard import Shard, StreamSettings, kept_shard, shard_file
from influencer_style.looks.encoder import StyleEncoder

_AHEAD = 2  # shards that are made before they are needed


@dataclass(frozen=True)
class Pace:
    """When the shards of a stream come and go."""

    steps_per_shard: int  # number of steps between new shards
    first: int = 4  # number of shards available at step 0; at least 2
    window: int = 48  # maximum number of shards kept; the oldest are deleted
    workers: int = 1  # number of processes that make shards

    def __post_init__(self) -> None:
        if self.first < 2 or self.window < self.first or self.steps_per_shard < 1 or self.workers < 1:
            raise ValueError("first must be at least 2, window at least first, steps_per_shard and workers at least 1")


class StudioStream:
    """The shards available at each step of a training; worker processes make them, a folder keeps them.

    The processes start with the first call of `at`. The folder must belong to the same settings and the same studio
    code (name it by a fingerprint). The encoder describes the pictures.
    """

    def __init__(self, settings: StreamSettings, folder: Path, encoder: StyleEncoder, pace: Pace) -> None:
        self.settings, self.folder, self.pace = settings, Path(folder), pace
        self._encoder = encoder
        self._shards: dict[int, Shard] = {}
        self._pending: dict[int, AsyncResult[None]] = {}
        self._pool: Pool | None = None

    def __enter__(self) -> StudioStream:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()

    def at(self, step: int) -> list[Shard]:
        """Return the shards available at `step`, oldest first; waits for those that are still being made."""
        if self._pool is None:
            # spawn: a forked child would inherit torch's thread pool without its threads
            context = multiprocessing.get_context("spawn")
            self._pool = context.Pool(self.pace.workers, _start_worker, (self._encoder,))
        end = self.settings.most or 2**63
        last = min(self.pace.first - 1 + step // self.pace.steps_per_shard, end - 1)
        needed = range(max(0, last + 1 - self.pace.window), last + 1)
        for number in range(needed.start, min(last + 1 + _AHEAD, end)):
            if number not in self._shards and number not in self._pending:
                job = (self.settings, number, self.folder)
                self._pending[number] = self._pool.apply_async(_make_in_worker, job)
        for number in needed:
            if number not in self._shards:
                self._pending.pop(number).get()
                self._shards[number] = Shard.load(shard_file(self.folder, number))
        for number in [n for n in self._shards if n < needed.start]:
            del self._shards[number]
            shard_file(self.folder, number).unlink(missing_ok=True)
        return [self._shards[number] for number in needed]


# The style encoder of a worker process, set when it starts.
_worker: dict[str, StyleEncoder] = {}


def _start_worker(encoder: StyleEncoder) -> None:
    torch.set_num_threads(1)
    _worker["encoder"] = encoder


def _make_in_worker(settings: StreamSettings, number: int, folder: Path) -> None:
    """Make a shard's file if it is missing. The file is how a shard gets to the parent process."""
    kept_shard(settings, number, folder, _worker["encoder"])
