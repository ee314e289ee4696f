"""The sqlite file of a store: made whole or not at all, and given up at once when it cannot be opened."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from influencer_style.storage.atomic import remove_leftovers, temporary_folder
from influencer_style.storage.private import close_to_others
from influencer_style.tracking.config import SQLITE

_PATIENCE_S = 1.0


def client_of(uri: str) -> Any:
    """Return MLflow's client for a store and registry; a new sqlite file is made.

    MLflow makes one table by table, for seconds: what interrupts it, or does the same at the same time, leaves a file
    that is of no use ever after. And it tries for minutes to open a file that is locked, or no database.

    Raises:
        sqlite3.Error: when the file is locked, or no database.
        Exception: MLflow's, its libraries' or the system's, when the store does not answer or cannot be made.
    """
    from mlflow import MlflowClient

    if uri.startswith(SQLITE):
        path = Path(uri.removeprefix(SQLITE))
        remove_leftovers(path.parent)
        if path.exists():
            close_to_others(path)
            with closing(sqlite3.connect(path, timeout=_PATIENCE_S)) as connection:
                connection.execute("PRAGMA schema_version")
        else:
            _make(path)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _make(path: Path) -> None:
    from mlflow import MlflowClient

    with temporary_folder(path) as folder:
        made = folder / path.name
        MlflowClient(tracking_uri=f"{SQLITE}{made}", registry_uri=f"{SQLITE}{made}").search_experiments()
        close_to_others(made)
        try:
            os.link(made, path)  # unlike a rename, it does not replace what another process made meanwhile
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(made, path)
