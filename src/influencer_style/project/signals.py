"""Signals that end a process, handled so that the tracking can still record the end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

# The second comes when the terminal is closed.
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def on_signals(handle: Callable[[int], None]) -> None:
    """Call `handle` with the signal's number when a signal ends this process, then let the system end it.

    This has no effect outside of the main thread, or on signals that have a handler already. It must be called early:
    a web server (`kedro server`) handles the signals while it serves, and then restores the handlers of before. In the
    main thread, `handle` may raise instead.
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


def ended_by_signals() -> AbstractContextManager[None]:
    """Make these signals raise SystemExit in the block, so that it can clean up."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    return _handled(leave, *_ENDING)


def undisturbed() -> AbstractContextManager[None]:
    """Ignore these signals and Ctrl-C in the block, for short work in the main thread that must be done."""
    return _handled(signal.SIG_IGN, signal.SIGINT, *_ENDING)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None] | signal.Handlers, *numbers: int) -> Iterator[None]:
    """Handle signals in the block; outside of the main thread, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, signal.SIG_DFL if earlier is None else earlier)
