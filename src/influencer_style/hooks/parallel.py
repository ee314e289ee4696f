"""Lets a run in several processes (ParallelRunner) pass on what the catalogue keeps in memory."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import MemoryDataset, SharedMemoryDataCatalog, SharedMemoryDataset


class ParallelHook:
    """Shares the catalogue's MemoryDatasets between the processes of a run, as Kedro shares those it makes itself."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Any, catalog: Any) -> None:
        """Replace the pipeline's MemoryDatasets by shared ones, where the run has several processes."""
        if not isinstance(catalog, SharedMemoryDataCatalog):
            return
        for name in pipeline.all_outputs():
            if name in catalog and isinstance(catalog.get(name), MemoryDataset):
                catalog[name] = SharedMemoryDataset()
