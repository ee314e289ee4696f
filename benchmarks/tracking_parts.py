"""A `kedro run` that also says what its tracking did, in processor seconds, in a file (for tracking_cost.py)."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kedro.framework.cli.cli import main

from influencer_style.tracking import store
from influencer_style.tracking.store import Store

SPENT: Counter[str] = Counter()


def timed(function: Callable, name: str | None = None) -> Callable:
    """Return `function`, whose time is kept under `name`, or what its first argument says; less what is kept within.

    Processor time of the thread, which other programs on the machine disturb less than the clock's.
    """

    def wrapped(*arguments: Any, **options: Any) -> Any:
        start, within = time.thread_time(), SPENT.total()
        try:
            return function(*arguments, **options)
        finally:
            SPENT[name or arguments[1]] += time.thread_time() - start - (SPENT.total() - within)

    return wrapped


if __name__ == "__main__":
    Store.__init__ = timed(Store.__init__, "importing MLflow")
    store.client_of = timed(store.client_of, "opening the store, or making it")
    Store.write, Store.attempt = timed(Store.write), timed(Store.attempt)
    try:
        main()
    finally:
        told = dict(SPENT.most_common()) | {"all": SPENT.total()}
        Path("tracking_parts.json").write_text(json.dumps(told), encoding="utf-8")
