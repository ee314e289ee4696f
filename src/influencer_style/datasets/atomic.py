"""Kedro's file datasets with atomic saves: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import copy
from pathlib import Path, PurePosixPath
from typing import Any

from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset, ParquetDataset
from kedro_datasets.text import TextDataset

from influencer_style.storage.atomic import atomic_file


class _AtomicSave:
    """Lets the class behind it save to a temporary sibling, which then takes the file's place."""

    def save(self, data: Any) -> None:
        if self._protocol != "file":
            super().save(data)  # an object store replaces whole objects by itself
            return
        with atomic_file(Path(self._get_save_path())) as temporary:
            sibling = copy.copy(self)
            sibling._filepath, sibling._version = PurePosixPath(temporary), None
            super(_AtomicSave, sibling).save(data)


class AtomicParquetDataset(_AtomicSave, ParquetDataset):
    """A pandas DataFrame as Parquet. Arguments as for `kedro_datasets.pandas.ParquetDataset`."""


class AtomicCSVDataset(_AtomicSave, CSVDataset):
    """A pandas DataFrame as CSV. Arguments as for `kedro_datasets.pandas.CSVDataset`."""


class AtomicJSONDataset(_AtomicSave, JSONDataset):
    """Plain data as JSON. Arguments as for `kedro_datasets.json.JSONDataset`."""


class AtomicTextDataset(_AtomicSave, TextDataset):
    """A text, such as an HTML page. Arguments as for `kedro_datasets.text.TextDataset`."""
