"""What an earlier run has left: lets a node do only what is new, or change it, without a circle in the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from influencer_style.storage.atomic import remove


class _Mark:
    """Stands in for data. Its class says in MLflow that nothing was written."""


# What a node hands to a dataset in order to leave it alone, and to an OptionalDataset in order to have it removed.
AS_IT_IS, GONE = _Mark(), _Mark()


class PreviousDataset(AbstractDataset):
    """Loads what another entry's file holds before this run changes it; None if there is nothing yet.

    Args:
        dataset: configuration of that dataset (`type`, `filepath`, ...), the same as in the other entry.
        metadata: for other programs, such as Kedro-Viz; not used here.
    """

    def __init__(self, dataset: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._dataset = AbstractDataset.from_config("previous", dataset)
        self.metadata = metadata

    def load(self) -> Any:
        return self._dataset.load() if self._dataset.exists() else None

    def save(self, data: Any) -> None:
        raise DatasetError(f"{self} is only read; save to the entry whose file it is")

    def _describe(self) -> dict[str, Any]:
        return self._dataset._describe() | {"type": type(self._dataset).__name__}

    def _exists(self) -> bool:
        return True  # nothing yet is an answer too

    def _release(self) -> None:
        self._dataset.release()


class OptionalDataset(PreviousDataset):
    """Loads what another entry's file holds, None if there is nothing; saves to it, or leaves it as it is.

    For nodes that change what is there, where there is something. Arguments as for `PreviousDataset`.
    """

    def save(self, data: Any) -> None:
        if data is GONE:
            remove(Path(self._describe()["filepath"]))
        elif data is not AS_IT_IS:
            self._dataset.save(data)
