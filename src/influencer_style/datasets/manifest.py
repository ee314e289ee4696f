"""The manifest of photos in the catalog."""

from __future__ import annotations

from typing import Any

from influencer_style.datasets.atomic import AtomicParquetDataset


class ManifestDataset(AtomicParquetDataset):
    """The manifest as Parquet. It lists who did not consent, with the reason; previews do not."""

    def _is_shown(self, row: dict[str, Any]) -> bool:
        return bool(row["status"] != "refused")
