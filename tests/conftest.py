"""What several tests share."""

import os

import pytest
import torch
from tiny_project import make_project, run


@pytest.fixture(scope="session", autouse=True)
def _two_threads():
    torch.set_num_threads(min(2, os.cpu_count() or 1))


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The tiny project that several files of tests share."""
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def first(project):
    """The first run of `project`, a minute; those that look at it change nothing that the others need."""
    done = run(project)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done
