"""What our own datasets have in common: one local file or folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset


class LocalDataset(AbstractDataset):
    """A dataset in one local file or folder.

    Args:
        filepath: the file or folder.
        metadata: for other programs, such as Kedro-Viz; not used here.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "protocol": "file"}

    def _exists(self) -> bool:
        return self._filepath.exists()
