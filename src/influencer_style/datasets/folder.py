"""A folder that a node works in: checkpoints and samples, which must outlive an interrupted run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError


class WorkFolderDataset(AbstractDataset[None, Path]):
    """Loads the folder's path, and makes the folder if it is not there.

    Args:
        filepath: the folder.
        metadata: for Kedro-Viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Path:
        self._filepath.mkdir(parents=True, exist_ok=True)
        return self._filepath

    def save(self, data: None) -> NoReturn:
        raise DatasetError(f"{self._filepath} is a folder that nodes work in; nothing is saved as it")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
