"""What our own datasets have in common, and those that load what an earlier run has left.

The latter let a node do only what is new, or change it, without a circle in the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from influencer_style.storage.atomic import atomic_file, atomic_folder, recover_folder, remove


class Mark:
    """Takes the place of data that a node has not made. MLflow shows this class's name if nothing was written."""


# What a node hands to a dataset in order to leave it alone, and to an OptionalDataset in order to have it removed.
AS_IT_IS, GONE = Mark(), Mark()


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


class PreviousDataset(AbstractDataset[Any, Any]):
    """Loads what another entry's file holds before this run changes it; None if there is nothing yet.

    `dataset` is the configuration of that dataset (`type`, `filepath`, ...), the same as in the other entry.
    """

    def __init__(self, dataset: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._dataset = AbstractDataset.from_config("previous", dataset)
        self.metadata = metadata

    def load(self) -> Any:  # noqa: ANN401  # Kedro's signature
        """Return what the file holds; None if it is not there."""
        return self._dataset.load() if self._dataset.exists() else None

    def save(self, data: Any) -> None:  # noqa: ANN401, ARG002  # Kedro's signature
        """Refuse to save: the other entry does that."""
        raise DatasetError(f"{self} is only read; save to the entry whose file it is")

    def _describe(self) -> dict[str, Any]:
        return self._dataset._describe() | {"type": type(self._dataset).__name__}

    def _exists(self) -> bool:
        return True  # nothing yet is an answer too

    def _release(self) -> None:
        self._dataset.release()


class OptionalDataset(PreviousDataset):
    """Loads what another entry's file holds, None if there is nothing; saves to it, or leaves it as it is.

    For nodes that change what is there, if there is something. Arguments as for `PreviousDataset`.
    """

    def save(self, data: Any) -> None:  # noqa: ANN401  # Kedro's signature
        """Save data, leave the file as it is, or remove it, as the two marks say."""
        if data is GONE:
            remove(Path(self._describe()["filepath"]))
        elif data is not AS_IT_IS:
            self._dataset.save(data)
