"""Signals that end a process, handled so that the tracking can still record the end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# The second comes when the terminal is closed.
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def on_signals(handle: Callable[[int], None]) -> None:
    """Call `handle` with the signal's number when a signal ends this process, then let the system end it.

    This has no effect outside of the main thread, or on signals that have a handler already. It must be called early:
    a web server (`kedro server`) handles the signals while it serves, and then restores the handlers of before.

    Args:
        handle: The handler; it may raise instead, in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        handle(number)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in _ENDING:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Make these signals raise SystemExit in the block, so that it can clean up."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore these signals and Ctrl-C in the block, for short work in the main thread that must be done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *_ENDING)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
