"""Signals that end a process, turned into an end that the tracking can write down."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# The second: the terminal was closed.
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def on_signals(told: Callable[[int], None]) -> None:
    """Call `told` with the signal's number when this process is asked to end, then let the system end it.

    Only where nobody else handles these signals, and from the main thread. To be called early: a web server (`kedro
    server`) handles them while it serves, and gives them back to whoever was there before it.

    Args:
        told: may raise instead, in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def leave(number: int, frame: Any) -> None:
        told(number)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in _ENDING:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, leave)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let these signals raise SystemExit in the block, so that what it leaves behind is put in order."""

    def leave(number: int, frame: Any) -> None:
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
    """Hold off these signals and Ctrl-C, where the main thread does something short that must be done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *_ENDING)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
