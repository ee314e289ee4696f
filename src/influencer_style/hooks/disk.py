"""Ends a run whose disk is full or may not be written to with a message in place of a traceback."""

from __future__ import annotations

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DatasetError

from influencer_style.storage.trouble import disk_trouble


class DiskError(click.ClickException):
    """A file cannot be written. The command line shows the message alone, without a traceback."""


class DiskHook:
    """Says what a disk's trouble is, and what becomes of the work done so far."""

    @hook_impl(trylast=True)  # tracking has to write down first how the run ended
    def on_pipeline_error(self, error: Exception) -> None:
        """Raise DiskError where the error is the disk's own; errors that say themselves what to do are left alone."""
        cause: BaseException | None = error
        while isinstance(cause, DatasetError):
            cause = cause.__cause__
        if told := disk_trouble(cause):
            kept = "What was there before is as it was, and what is finished is not done again."
            raise DiskError(f"{told} {kept}") from error
