"""The sqlite file of a store: created whole or not at all, and given up soon when it cannot be opened."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from mlflow import MlflowClient
from mlflow.store.db import utils

from influencer_style.storage.atomic import remove_leftovers, temporary_folder
from influencer_style.storage.private import close_to_others
from influencer_style.tracking.config import sqlite_path, sqlite_uri
from influencer_style.tracking.moved import follow_move


def client_of(uri: str, patience_s: float) -> MlflowClient:
    """Return MLflow's client for a store and registry; a new sqlite file is created.

    MLflow creates the tables one by one, for seconds: an interrupt, or another process that does the same, would leave
    a file that can never be used. And MLflow tries for minutes to open a file that is locked or no database; here a
    locked file is waited for `patience_s` seconds.

    Raises:
        sqlite3.Error: The file is locked, or no database.
        Exception: An error of MLflow, its libraries or the system: the store does not answer or cannot be created.
    """
    if path := sqlite_path(uri):
        _make_no_folders()
        remove_leftovers(path.parent)
        if path.exists():
            close_to_others(path)
        else:
            _make(path)
        with closing(sqlite3.connect(path, timeout=patience_s, isolation_level=None)) as connection:
            follow_move(connection, path)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _make(path: Path) -> None:
    with temporary_folder(path) as folder:
        made = folder / path.name
        uri = sqlite_uri(made)
        MlflowClient(tracking_uri=uri, registry_uri=uri).search_experiments()
        close_to_others(made)
        try:
            os.link(made, path)  # unlike a rename, it does not replace what another process has made in the meantime
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(made, path)


def _make_no_folders() -> None:
    """Keep MLflow from making the folder `my%20photos` for a store in `my photos`: it does not decode the URI."""
    usual = utils._make_parent_dirs_if_sqlite
    if usual.__module__ == utils.__name__:
        utils._make_parent_dirs_if_sqlite = lambda db_uri: None if "%" in db_uri else usual(db_uri)
