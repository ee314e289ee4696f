"""A run that the disk ends, ends with a message; any other error stays what it is."""

import errno

import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, DatasetError

from influencer_style.hooks.endings import DiskError, DiskHook


class Witness:
    """Another hook, which is to hear of the error too."""

    heard = None

    @hook_impl
    def on_pipeline_error(self, error):
        self.heard = error


def tell(error):
    """Tell both hooks of an error that ended a run; return what the other one heard."""
    manager, witness = _create_hook_manager(), Witness()
    for hook in (witness, DiskHook()):
        manager.register(hook)
    try:
        manager.hook.on_pipeline_error(error=error, run_params={}, pipeline=None, catalog=DataCatalog())
    finally:
        assert witness.heard is error


def test_a_disk_error_is_a_message():
    error = DatasetError("Failed while saving")
    error.__cause__ = OSError(errno.ENOSPC, "full", "data/table.json")
    with pytest.raises(DiskError, match=r"data/table.json: No space left on device\. Make room.*not repeated"):
        tell(error)


def test_another_error_stays_what_it_is():
    tell(DatasetError("Failed while saving"))
    own_words = ValueError("photos/ada/consent.yml cannot be read; see to its rights")
    own_words.__cause__ = PermissionError(errno.EACCES, "denied", "consent.yml")
    tell(own_words)
    tell(FileNotFoundError(errno.ENOENT, "no such file", "photo.jpg"))
