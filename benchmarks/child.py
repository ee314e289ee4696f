"""A process of its own for each training that a benchmark compares: so each has a peak memory of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import torch


def synchronise() -> None:
    """Wait until a GPU has done all it was told: only then does a clock say what that took."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class Contestant(Protocol):
    """What can be timed.

    Attributes:
        images: photos that go through a full step of both networks in a cycle.
        parameters: trainable parameters of each network.
    """

    images: int
    parameters: dict[str, int]

    def cycle(self) -> None:
        """Take one step or several."""


class Child:
    """A contestant in a process of its own, ready and warmed up by one cycle.

    Args:
        make: makes the contestant, there; a function or class of a module, as all that is sent there.
        arguments: for `make`.
        threads: of torch.

    Attributes:
        before: peak memory in MiB before the contestant was made: what Python and torch take.

    Raises:
        RuntimeError: when the process ends early; it has said why.
    """

    def __init__(self, make: Callable[..., Contestant], arguments: tuple, threads: int) -> None:
        # spawn: a forked child would inherit torch's thread pool without its threads, and the parent's memory
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, arguments, threads), daemon=True)
        self._process.start()
        theirs.close()
        self.before: float = self._receive()

    def ask(self, what: Callable[..., Any], *arguments: Any) -> Any:
        """Return `what(contestant, *arguments)`, computed there."""
        self._pipe.send((what, arguments))
        return self._receive()

    def _receive(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(f"a process of the benchmark ended with code {self._process.exitcode}") from None

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.join()


def facts(contestant: Contestant) -> dict[str, Any]:
    """Say what it is: photos of a cycle, and parameters."""
    return {"images": contestant.images, "parameters": contestant.parameters}


def timed(contestant: Contestant, seconds: float) -> dict[str, float]:
    """Take whole cycles until so many seconds are over, at least one.

    Returns:
        `images`, `seconds` by the clock, and `processor_seconds` of all threads together.
    """
    synchronise()
    images, start, processor = 0, time.perf_counter(), time.process_time()
    while not images or time.perf_counter() - start < seconds:
        contestant.cycle()
        images += contestant.images
        synchronise()
    return {
        "images": images,
        "seconds": time.perf_counter() - start,
        "processor_seconds": time.process_time() - processor,
    }


def peak_memory() -> float:
    """Return the peak memory of this process so far, in MiB; Python, torch and all."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            # Unlike getrusage's, this peak knows nothing of the parent that the process was started from.
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def peaks(_contestant: Contestant) -> dict[str, float]:
    """Return peak memory in MiB: of the process, and of the GPU where there is one."""
    found = {"process": peak_memory()}
    return found | ({"gpu": torch.cuda.max_memory_allocated() / 2**20} if torch.cuda.is_available() else {})


def _serve(pipe: Connection, make: Callable[..., Contestant], arguments: tuple, threads: int) -> None:
    torch.set_num_threads(threads)
    before = peak_memory()
    contestant = make(*arguments)
    contestant.cycle()
    pipe.send(before)
    while True:
        what, extra = pipe.recv()
        pipe.send(what(contestant, *extra))
