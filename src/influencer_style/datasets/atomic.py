"""Kedro's file datasets with atomic saves: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import copy
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io.core import get_filepath_str
from kedro_datasets._typing import JSONPreview, TablePreview
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset, ParquetDataset
from kedro_datasets.text import TextDataset

from influencer_style.datasets.preview import as_json, as_table
from influencer_style.datasets.previous import AS_IT_IS
from influencer_style.storage.atomic import atomic_file


class _AtomicSave:
    """Lets the class behind it save to a temporary sibling, which then takes the file's place."""

    def save(self, data: Any) -> None:
        if data is AS_IT_IS:
            return
        if self._protocol != "file":
            super().save(data)  # an object store replaces whole objects by itself
            return
        with atomic_file(Path(self._get_save_path())) as temporary:
            sibling = copy.copy(self)
            sibling._filepath, sibling._version = PurePosixPath(temporary), None
            super(_AtomicSave, sibling).save(data)


class AtomicParquetDataset(_AtomicSave, ParquetDataset):
    """A pandas DataFrame as Parquet. Arguments as for `kedro_datasets.pandas.ParquetDataset`."""

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows, and read no more. Kedro's own preview reads the whole file, and fails on lists."""
        import pyarrow.parquet as pq

        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "rb") as file:
            opened = pq.ParquetFile(file)
            rows = next(opened.iter_batches(nrows), None)
            columns = opened.schema_arrow.names
        return as_table(columns, [row.values() for row in rows.to_pylist()] if rows else [])


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
