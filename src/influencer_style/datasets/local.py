"""What our own datasets have in common: one local file, or one folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from influencer_style.datasets.previous import Mark
from influencer_style.storage.atomic import atomic_file, atomic_folder, recover_folder


class LocalDataset(AbstractDataset[Any, Any]):
    """A dataset in one local file or folder; `metadata` is for other programs, such as Kedro-Viz."""

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "protocol": "file"}

    def _exists(self) -> bool:
        return self._filepath.exists()


class WholeDataset(LocalDataset):
    """A file that an object writes by its own `save`, and that is replaced as a whole."""

    _replacing: Callable[[Path], AbstractContextManager[Path]] = staticmethod(atomic_file)

    def save(self, data: Any) -> None:  # noqa: ANN401  # Kedro's signature
        """Replace what is stored, or leave it as it is."""
        if isinstance(data, Mark):
            return
        with self._replacing(self._filepath) as place:
            self._write(data, place)

    def _write(self, data: Any, place: Path) -> None:  # noqa: ANN401  # whatever the dataset holds
        data.save(place)


class WholeFolderDataset(WholeDataset):
    """The same for a folder.

    Attributes:
        file: One of its files; if it is missing, nothing is saved yet.
    """

    file: str
    _replacing = staticmethod(atomic_folder)

    def _exists(self) -> bool:
        recover_folder(self._filepath)
        return (self._filepath / self.file).is_file()
