"""A project that nobody disturbed, to compare with."""

import pytest
from killing import Forks
from tiny_project import make_project


@pytest.fixture(scope="package")
def forks(tmp_path_factory):
    started = Forks(tmp_path_factory.mktemp("forks"))
    yield started
    started.close()


@pytest.fixture(scope="package")
def undisturbed(forks, tmp_path_factory):
    """A project after a run from nothing, and when that wrote."""
    project = make_project(tmp_path_factory.mktemp("undisturbed"))
    assert forks.run(project) == 0
    return project, forks.times
