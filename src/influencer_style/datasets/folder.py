"""A folder that a node works in: checkpoints and samples, which must outlive an interrupted run."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from kedro.io import DatasetError

from influencer_style.datasets.local import LocalDataset


class WorkFolderDataset(LocalDataset):
    """Loads the folder's path, and makes the folder if it is not there."""

    def load(self) -> Path:
        self._filepath.mkdir(parents=True, exist_ok=True)
        return self._filepath

    def save(self, data: None) -> NoReturn:
        raise DatasetError(f"{self._filepath} is a folder that nodes work in; nothing is saved as it")

    def _exists(self) -> bool:
        return True
