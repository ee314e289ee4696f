"""What our own datasets have in common: one local file, or one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from influencer_style.datasets.previous import Mark
from influencer_style.storage.atomic import atomic_folder, recover_folder


class LocalDataset(AbstractDataset[Any, Any]):
    """A dataset in one local file or folder.

    Args:
        filepath: The file or folder.
        metadata: For other programs, such as Kedro-Viz; not used here.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "protocol": "file"}

    def _exists(self) -> bool:
        return self._filepath.exists()


class WholeFolderDataset(LocalDataset):
    """A folder that an object writes by its own `save`, and that is replaced as a whole.

    Attributes:
        file: One of its files; if it is missing, nothing is saved yet.
    """

    file: str

    def save(self, data: Any) -> None:  # noqa: ANN401  # Kedro's signature
        """Replace the folder, or leave it as it is."""
        if isinstance(data, Mark):
            return
        with atomic_folder(self._filepath) as folder:
            self._write(data, folder)

    def _write(self, data: Any, folder: Path) -> None:  # noqa: ANN401  # whatever the dataset holds
        data.save(folder)

    def _exists(self) -> bool:
        recover_folder(self._filepath)
        return (self._filepath / self.file).is_file()
