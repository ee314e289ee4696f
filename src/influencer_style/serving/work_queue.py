"""A bounded queue in front of one worker: work that cannot be done in time is refused, not piled up.

A job has a deadline, by which it must have begun. A job that is late, or that nobody waits for any more, is dropped
before it costs anything, and what it held is freed at once.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_RECENT = 16  # jobs that the mean service time is taken over
_LONGEST_RETRY = 60  # seconds


class OverloadedError(RuntimeError):
    """The queue is full, or a job's deadline passed while it waited."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # whole seconds after which a new attempt makes sense, 1 to 60


@dataclass(frozen=True)
class Counters:
    """What a queue has done since it was made, and what it does now."""

    waiting: int  # jobs in the queue
    running: int  # 1 while the worker is at work, else 0
    done: int  # jobs that ran, including those that failed
    refused: int  # jobs that found the queue full
    dropped: int  # jobs that were late or cancelled before they began
    mean_seconds: float  # mean duration of the last jobs, up to 16 of them; 0 before the first


@dataclass(eq=False)
class _Job(Generic[T]):
    work: Callable[[], T] | None  # None once it has begun or was dropped: its future may live on, what it held may not
    deadline: float
    future: Future[T]

    def take(self) -> Callable[[], T] | None:
        """Return the work, which the job no longer holds."""
        work, self.work = self.work, None
        return work


class WorkQueue:
    """Jobs for one worker, first in, first out. Safe to use from several threads.

    At most `most_waiting` jobs wait, without the one that runs. The clock returns the time in seconds, as `now` does;
    deadlines are moments of it. Raises ValueError for a queue without room.
    """

    def __init__(self, most_waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        if most_waiting < 1:
            raise ValueError(f"a queue cannot have room for {most_waiting} jobs; choose 1 or more")
        self._most_waiting, self.now = most_waiting, clock
        self._waiting: deque[_Job[Any]] = deque()
        self._changed = threading.Condition()  # its lock is reentrant
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._running = self._done = self._refused = self._dropped = 0

    def start(self, name: str) -> WorkQueue:
        """Start the worker, a thread of this name that lasts as long as the process; return the queue."""
        threading.Thread(target=self._work, name=name, daemon=True).start()
        return self

    @property
    def counters(self) -> Counters:
        """The counters, all of one moment."""
        with self._changed:
            waiting = len(self._waiting)
            return Counters(waiting, self._running, self._done, self._refused, self._dropped, self._mean())

    def submit(self, work: Callable[[], T], deadline: float = math.inf) -> Future[T]:
        """Put a job, which must have begun by its deadline, into the queue; `work` is called in the worker's thread.

        Return its future: the result of `work`, or what it raised, or OverloadedError if the job was late. Cancelling
        it takes the job out of the queue, unless it has begun. Raises OverloadedError when the queue is full.
        """
        future: Future[T] = Future()
        job = _Job(work, deadline, future)
        with self._changed:
            self.require_room()
            self._waiting.append(job)
            self._changed.notify()
        future.add_done_callback(lambda done: self._forget(job) if done.cancelled() else None)
        return future

    def require_room(self) -> None:
        """Refuse, and count it, where the queue is full now: before a body is read. Raises OverloadedError."""
        with self._changed:
            if len(self._waiting) >= self._most_waiting:
                self._refused += 1
                raise OverloadedError(f"{self._most_waiting} jobs are waiting already", self.retry_after())

    def retry_after(self) -> int:
        """Return the whole seconds, 1 to 60, in which the jobs of the queue should be done."""
        with self._changed:
            seconds = (len(self._waiting) + self._running) * self._mean()
        return max(1, min(_LONGEST_RETRY, math.ceil(seconds)))

    def run_next(self, wait: bool = True) -> bool:
        """Run or drop the next job, or `wait` for one; return whether there was a job."""
        with self._changed:
            while not self._waiting:
                if not wait:
                    return False
                self._changed.wait()
            job, start = self._waiting.popleft(), self.now()
            if not job.future.set_running_or_notify_cancel():
                return True  # cancelled just now: `_forget` counts it
            late = start > job.deadline
            if late:
                self._dropped += 1
                retry_after = self.retry_after()
            else:
                self._running = 1
        work = job.take()
        if late:
            job.future.set_exception(OverloadedError("the job's deadline passed while it waited", retry_after))
        elif work is not None:
            self._run(work, job.future, start)
        return True

    def _run(self, work: Callable[[], T], future: Future[T], start: float) -> None:
        finish: Callable[[], None]
        try:
            finish = partial(future.set_result, work())
        except BaseException as error:  # whatever it is, it is for whoever waits, and ends no worker
            finish = partial(future.set_exception, error)
        with self._changed:
            self._running, self._done = 0, self._done + 1
            self._recent.append(self.now() - start)
        finish()
        del finish  # else the error would hold this frame, and the frame the error

    def _work(self) -> None:
        while True:
            self.run_next()

    def _forget(self, job: _Job[Any]) -> None:
        """Take a cancelled job out of the queue, with all that it holds."""
        with self._changed:
            self._dropped += 1
            if job in self._waiting:
                self._waiting.remove(job)
        job.take()

    def _mean(self) -> float:
        return sum(self._recent) / len(self._recent) if self._recent else 0.0
