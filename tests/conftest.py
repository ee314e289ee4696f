"""What several tests share.

The process that hands the files of tests out to others loads this file as well, before it starts them, and needs none
of what fixtures do. So what takes seconds to import is imported in the fixtures, here and in `untrained_model.py`.
"""

import json
import os
import shutil
from pathlib import Path

import pytest
from empty_stores import make_stores_by_copying
from filelock import FileLock
from offline import keep_offline
from small_disk import SmallDisk
from tiny_project import from_nothing, make_project

from influencer_style.pretrained.catalogue import MODELS_FOLDER, models_folder

pytest_plugins = ["untrained_model"]  # the fixtures of a small model, for several folders of tests

# Where files of tests run side by side, the dearest begin first: a long one that begins last would run alone. After
# them come those that wait for the run that the first of them makes.
FIRST = (
    "test_end_to_end.py",
    "test_trainer.py",
    "test_export.py",
    "test_endings.py",
    "test_model_server.py",
    "test_interrupts.py",
    "test_synthesis_training.py",
    "test_withdrawal.py",
    "test_pretraining.py",
    "test_adaptation.py",
    "test_notebook.py",
    "test_whole_runs.py",
    "test_private_project.py",
)


def pytest_collection_modifyitems(items):
    order = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(FIRST)))


@pytest.fixture(scope="session", autouse=True)
def _threads():
    """One where files of tests run side by side, else two."""
    import torch

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
def _stores():
    """MLflow's stores are copies of the first one that this process makes."""
    with pytest.MonkeyPatch.context() as patch:
        make_stores_by_copying(patch.setattr)
        yield


@pytest.fixture(scope="session", autouse=True)
def _ledger(tmp_path_factory):
    """Decisions about consents are recorded in a folder of the tests', never in this project's or at home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MODELS_FOLDER, str(models_folder()))  # what set-up fetched stays in use
        patch.setenv("INFLUENCER_STYLE_LEDGER", str(tmp_path_factory.mktemp("ledger")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))  # of processes that do without the first
        yield


@pytest.fixture(scope="session")
def encoder():
    """The style encoder that comes with the project."""
    from influencer_style.looks.encoder import load_encoder

    return load_encoder()


class First:
    """The first run of a project, as it ended, made by whichever process of a test session needs it first.

    Attributes:
        project: where it ran; `test_end_to_end.py` alone goes on in it.
        left: a copy as the run left it, for all to read.
        stdout, stderr: what the run said.
    """

    def __init__(self, folder: Path) -> None:
        self.project, self.left, told = folder / "project", folder / "left_by_first", folder / "first.json"
        with FileLock(folder / "first.lock"):
            if not told.exists():
                self.project.mkdir()
                done = from_nothing(make_project(self.project), "run", "--env", "test")
                assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
                shutil.copytree(self.project, self.left)
                told.write_text(json.dumps([done.stdout, done.stderr]))
        self.stdout, self.stderr = json.loads(told.read_text())


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """The first run of a tiny project: a minute, once for all processes."""
    folder = tmp_path_factory.getbasetemp()
    return First(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="session")
def project(first):
    """The project of the first run, for the tests of one file, which change it."""
    return first.project


@pytest.fixture(scope="session")
def left_by_first(first):
    """A copy of the project as its first run left it; nobody changes it."""
    return first.left


@pytest.fixture(scope="module")
def finished(left_by_first, tmp_path_factory):
    """A project after its first run, for the tests of one file to change."""
    return shutil.copytree(left_by_first, tmp_path_factory.mktemp("finished") / "project")


@pytest.fixture
def disk(tmp_path):
    """A disk of a megabyte."""
    mounted = SmallDisk(tmp_path / "disk", 1)
    yield mounted
    mounted.unmount()
