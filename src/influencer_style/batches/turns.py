"""Batches that write into one folder take turns, so that the index says of each picture what its file holds."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from influencer_style.batches.gathering import BatchError
from influencer_style.storage.regular import require_regular
from influencer_style.storage.text import one_line

log = logging.getLogger(__name__)


@contextmanager
def turn(index: Path) -> Iterator[None]:
    """Hold the lock of an index for the block. While another batch holds it, say so once, and wait.

    The system frees the lock when its process ends, also when it is killed. The empty lock file stays.

    Raises:
        BatchError: when the lock file cannot be opened, or is a link, a pipe or a device.
    """
    path = index.with_name(f".{index.name}.lock")
    lock = FileLock(path)
    try:
        require_regular(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            log.warning("Another batch is writing into %s; waiting until it has ended", one_line(index.parent))
            lock.acquire()
    except OSError as error:
        raise BatchError(f"{path} cannot be locked ({error}); remove it, or choose another folder") from error
    try:
        yield
    finally:
        lock.release()
