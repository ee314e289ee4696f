"""What lets one process serve several runs (`kedro server`), and one run have several processes (ParallelRunner)."""

from __future__ import annotations

import threading
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog, SharedMemoryDataset
from kedro.pipeline import Pipeline

from influencer_style.project.configuration import AnyFolderConfigLoader


class OneAtATimeConfigLoader(AnyFolderConfigLoader):
    """Kedro's loader; all instances share a lock, so that only one of them works at a time.

    OmegaConf keeps the meaning of `${runtime_params:...}` and `${oc.env:...}` once per process, and Kedro sets it anew
    at each use. Two requests that read their configuration at the same moment would find it missing, and fail
    ("resolver is not supported"), or read each other's parameters.
    """

    _lock = threading.RLock()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        with self._lock:
            super().__init__(*arguments, **named)

    def __getitem__(self, key: str) -> dict[str, Any]:
        with self._lock:
            return super().__getitem__(key)


class ParallelHook:
    """Shares the catalog's MemoryDatasets between the processes of a run, as Kedro shares those it makes itself."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Replace the pipeline's MemoryDatasets by shared ones, where the run has several processes."""
        if not isinstance(catalog, SharedMemoryDataCatalog):
            return
        for name in pipeline.all_outputs():
            if name in catalog and isinstance(catalog.get(name), MemoryDataset):
                catalog[name] = SharedMemoryDataset()
