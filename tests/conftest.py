"""What several tests share."""

import os
import shutil

import pytest
import torch
from offline import keep_offline
from small_disk import SmallDisk
from tiny_project import make_project, run


@pytest.fixture(scope="session", autouse=True)
def _threads():
    """One where files of tests run side by side, else two."""
    torch.set_num_threads(1 if "PYTEST_XDIST_WORKER" in os.environ else min(2, os.cpu_count() or 1))


@pytest.fixture(scope="session", autouse=True)
def refused_by_the_guard():
    """What this process asked the network for; at the end it must be nothing. A test that asks on purpose clears it."""
    with pytest.MonkeyPatch.context() as patch:
        refused = keep_offline(patch)
        yield refused
    assert not refused, refused


@pytest.fixture(scope="session", autouse=True)
def _credentials(tmp_path_factory):
    """What pictures are signed with is made in a folder of the tests', here and in sub-processes, never at home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFLUENCER_STYLE_CREDENTIALS", str(tmp_path_factory.mktemp("credentials")))
        patch.delenv("INFLUENCER_STYLE_CERTIFICATES", raising=False)
        patch.delenv("INFLUENCER_STYLE_PRIVATE_KEY", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _ledger(tmp_path_factory):
    """Decisions about consents are recorded in a folder of the tests', never in this project's or at home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFLUENCER_STYLE_LEDGER", str(tmp_path_factory.mktemp("ledger")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))  # of processes that do without the first
        yield


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The tiny project that several files of tests share."""
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def left_by_first(tmp_path_factory):
    """Where a copy of `project` lies as its first run left it, whatever other tests have done in it since."""
    return tmp_path_factory.mktemp("left_by_first") / "project"


@pytest.fixture(scope="session")
def first(project, left_by_first):
    """The first run of `project`, a minute; those that look at it change nothing that the others need."""
    done = run(project)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    shutil.copytree(project, left_by_first)
    return done


@pytest.fixture
def disk(tmp_path):
    """A disk of a megabyte."""
    mounted = SmallDisk(tmp_path / "disk", 1)
    yield mounted
    mounted.unmount()
