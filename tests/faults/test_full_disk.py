"""`kedro run` on a disk that is full, or may not be written to: a message, nothing lost, and then it goes on."""

from __future__ import annotations

import pytest
from outcome import files
from small_disk import SmallDisk
from test_whole_runs import ends_as
from tiny_project import make_project


@pytest.fixture
def project(tmp_path):
    """A project on a disk of its own, the disk beside it."""
    mounted = SmallDisk(tmp_path / "disk", 200)
    (mounted.folder / "project").mkdir()
    yield make_project(mounted.folder / "project"), mounted
    mounted.unmount()


def is_a_message(said, words):
    assert words in said and "Earlier files are unchanged, and finished work is not repeated." in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.parametrize("left", [2**18, 2**22, 2**24, 2**25])
def test_a_disk_that_becomes_full(left, project, forks, undisturbed):
    made, disk = project
    disk.fill(left)
    assert forks.run(made) == 1
    is_a_message(forks.said, "No space left on device. Make room on that disk, then run the same again.")
    disk.empty()
    assert forks.run(made) == 0, forks.said
    ends_as(made, undisturbed[0])


@pytest.mark.slow
@pytest.mark.faults
def test_a_project_that_may_only_be_read(project, forks):
    made, disk = project
    assert forks.run(made) == 0, forks.said
    before = files(made)
    disk.set_writable(False)
    assert forks.run(made) == 1
    is_a_message(forks.said, "Read-only file system. See to it that this user may write there")
    assert files(made) == before
