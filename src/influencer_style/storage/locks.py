"""Locks between processes and threads, on every system. A lock is gone when its holder ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_POLL_S, _TIMEOUT_S = 0.005, 60


@contextmanager
def locked(lock_file: Path) -> Iterator[None]:
    """Hold a lock for the block, after waiting until it is free. The lock file, in a folder that exists, stays, empty.

    Not reentrant: a thread that holds the lock waits for itself in vain. Raises TimeoutError if the lock is still held
    after a minute, OSError if the lock file cannot be written, or the file system has no locks.
    """
    import filelock  # noqa: PLC0415  # takes a tenth of a second that most commands never need

    with filelock.FileLock(lock_file, timeout=_TIMEOUT_S, mode=0o600, poll_interval=_POLL_S):
        yield


@contextmanager
def locked_if_free(lock_file: Path) -> Iterator[bool]:
    """Hold a lock for the block if it is free; yield whether it is held now. Its lock file is removed after that.

    Raises OSError if the lock file cannot be written, or the file system has no locks.
    """
    import filelock  # noqa: PLC0415  # as above

    lock = filelock.FileLock(lock_file)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
        with suppress(OSError):  # another process was faster, or holds it by now
            os.unlink(lock_file)
