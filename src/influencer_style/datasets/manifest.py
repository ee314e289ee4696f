"""The manifest of photos in the catalog."""

from __future__ import annotations

from itertools import chain, islice

from kedro.io.core import get_filepath_str
from kedro_datasets._typing import TablePreview

from influencer_style.datasets.atomic import AtomicParquetDataset
from influencer_style.datasets.preview import as_table


class ManifestDataset(AtomicParquetDataset):
    """The manifest as Parquet. Who did not consent is in it, with the reason, and in no preview."""

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows of photos that were not refused, and read no more."""
        import pyarrow.parquet as pq

        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "rb") as file:
            opened = pq.ParquetFile(file)
            rows = chain.from_iterable(batch.to_pylist() for batch in opened.iter_batches(1024))
            shown = list(islice((row for row in rows if row["status"] != "refused"), nrows))
            return as_table(opened.schema_arrow.names, [row.values() for row in shown])
