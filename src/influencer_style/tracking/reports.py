"""Which of a node's outputs its run keeps: what was made to be looked at, pictures, tables and pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from influencer_style.tracking.digests import path_of

LAYER = "reporting"
MOST_BYTES = 32 * 2**20


def report_of(dataset: Any) -> Path | None:
    """Return the file of a catalog entry in the layer `reporting`; None for other entries, and for files above 32 MiB.

    Photos, crops and models stay where they are: a store is often shared, and what it shows was chosen to be shown.
    """
    metadata = getattr(dataset, "metadata", None) or {}
    path = path_of(dataset)
    if metadata.get("kedro-viz", {}).get("layer") != LAYER or path is None or not path.is_file():
        return None
    return path if path.stat().st_size <= MOST_BYTES else None
