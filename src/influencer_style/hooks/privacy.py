"""Keeps what a pipeline run writes from the other users of the machine: crops, vectors, reports, MLflow's files."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from kedro.framework.hooks import hook_impl

from influencer_style.storage.private import close_to_others, private_umask

if TYPE_CHECKING:
    from influencer_style.tracking.pipeline_run import RunParams

log = logging.getLogger(__name__)
# In a project. The user's own raw photos are theirs to open or close.
_LAYERS = "00_consent", "02_intermediate", "03_primary", "04_feature", "06_models", "07_model_output", "08_reporting"
_PRIVATE = ("mlflow.db", "mlruns", *(f"data/{layer}" for layer in _LAYERS))


class PrivacyHook:
    """Sets the umask to 077 while pipelines run, and closes folders that earlier runs have left open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._umask = ExitStack()

    @hook_impl
    def before_pipeline_run(self, run_params: RunParams) -> None:
        """Close the project's folders to others; from now on, new files are for their owner alone."""
        project = Path(run_params["project_path"])
        if closed := [name for name in _PRIVATE if close_to_others(project / name)]:
            words = "Other users of this machine could read %s; they can no longer (chmod go-rwx)."
            log.warning(words, ", ".join(closed))
        with self._lock:  # several runs of one process share its umask: the first sets it, the last resets it
            self._running += 1
            if self._running == 1:
                self._umask.enter_context(private_umask())

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        """Restore the umask after the last run."""
        self._ended()

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self) -> None:
        """Restore the umask after the last run."""
        self._ended()

    def _ended(self) -> None:
        with self._lock:
            self._running = max(0, self._running - 1)
            if not self._running:
                self._umask.close()
