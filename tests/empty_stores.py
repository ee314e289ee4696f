"""New MLflow stores as copies of a first one: MLflow makes each table by table, which takes seconds.

Processes that start from nothing (`tiny_project.from_nothing`) still make theirs as a user's process does.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import Any


class EmptyStores:
    """Makes the tables of a store, as MLflow does the first time, and by copying those afterwards.

    Attributes:
        first: what makes the tables, with a connection's engine.
    """

    def __init__(self, first: Callable[[Any], None]) -> None:
        self.first = first
        self._copied = b""

    def __call__(self, engine: Any) -> None:
        path = engine.url.database
        if engine.dialect.name != "sqlite" or not path:
            self.first(engine)
        elif not self._copied:
            self.first(engine)
            with closing(sqlite3.connect(path)) as made:
                self._copied = made.serialize()
        else:
            with closing(sqlite3.connect(":memory:")) as known, closing(sqlite3.connect(path)) as new:
                known.deserialize(self._copied)
                known.backup(new)


def make_stores_by_copying(replace: Callable[[object, str, object], None] = setattr, now: bool = False) -> None:
    """Let MLflow make stores so in this process.

    `replace` sets an attribute, such as `MonkeyPatch.setattr`; the first store is made `now`, for processes that are
    forked from this one.
    """
    from mlflow.store.db import utils
    from sqlalchemy import create_engine

    replace(utils, "_initialize_tables", EmptyStores(utils._initialize_tables))
    if now:
        with tempfile.TemporaryDirectory() as folder:
            engine = create_engine(f"sqlite:///{folder}/mlflow.db")
            utils._initialize_tables(engine)
            engine.dispose()
