"""Kedro's file datasets with atomic saves: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import Version
from kedro.io.core import get_filepath_str
from kedro_datasets._typing import JSONPreview, TablePreview
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset, ParquetDataset
from kedro_datasets.text import TextDataset
from pyarrow.parquet import ParquetFile

from influencer_style.datasets.local import Mark
from influencer_style.datasets.preview import as_json, as_table
from influencer_style.storage.atomic import atomic_file


class _AtomicSave:
    """Lets the next base class, a file dataset, save to a temporary sibling, which then takes the file's place."""

    _protocol: str
    _filepath: PurePosixPath
    _version: Version | None
    _get_save_path: Callable[[], PurePosixPath]

    def save(self, data: Any) -> None:  # noqa: ANN401  # Kedro's signature
        """Save data atomically, or leave the file as it is."""
        if isinstance(data, Mark):
            return
        if self._protocol != "file":
            super().save(data)  # type: ignore[misc]  # an object store replaces whole objects by itself
            return
        with atomic_file(Path(self._get_save_path())) as temporary:
            sibling = copy.copy(self)
            sibling._filepath, sibling._version = PurePosixPath(temporary), None
            super(_AtomicSave, sibling).save(data)  # type: ignore[misc]  # as above


class AtomicParquetDataset(_AtomicSave, ParquetDataset):
    """A pandas DataFrame as Parquet. Arguments as for `kedro_datasets.pandas.ParquetDataset`."""

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows, and read no more. Kedro's own preview reads the whole file, and fails on lists."""
        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "rb") as file:
            opened = ParquetFile(file)
            rows = chain.from_iterable(batch.to_pylist() for batch in opened.iter_batches(nrows))
            shown = list(islice(filter(self._is_shown, rows), nrows))
            return as_table(opened.schema_arrow.names, [row.values() for row in shown])

    def _is_shown(self, row: dict[str, Any]) -> bool:  # noqa: ARG002  # for those that show some rows only
        return True


class ManifestDataset(AtomicParquetDataset):
    """The manifest of photos as Parquet. It lists who did not consent, with the reason; previews do not."""

    def _is_shown(self, row: dict[str, Any]) -> bool:
        return bool(row["status"] != "refused")


class AtomicCSVDataset(_AtomicSave, CSVDataset):
    """A pandas DataFrame as CSV. Arguments as for `kedro_datasets.pandas.CSVDataset`."""

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows, for Kedro-Viz."""
        table = super().preview(nrows)
        return as_table(table["columns"], table["data"])


class AtomicJSONDataset(_AtomicSave, JSONDataset):
    """Plain data as JSON. Arguments as for `kedro_datasets.json.JSONDataset`."""

    def preview(self) -> JSONPreview:
        """Return the data, for Kedro-Viz."""
        return as_json(self.load())


class AtomicTextDataset(_AtomicSave, TextDataset):
    """A text, such as an HTML page. Arguments as for `kedro_datasets.text.TextDataset`."""
