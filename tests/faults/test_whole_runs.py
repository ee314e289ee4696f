"""`kedro run`, killed with SIGKILL at any moment and run again, ends with what an undisturbed run ends with."""

from __future__ import annotations

import random
import shutil
from itertools import count

import pytest
from killing import KILLED, Moment
from outcome import audit, files, registry, temporaries
from tiny_project import make_project

RUNS = 20
# So many writes has a run at least: one from rendered photos, and one that finds all its work done.
WRITES, WRITES_AGAIN = 1500, 400


def ends_as(project, whole):
    left, there = files(project), files(whole)
    assert left.keys() == there.keys()
    assert [name for name in there if left[name] != there[name]] == []
    told = registry(project)
    assert told == registry(whole) and not told["running"]
    assert temporaries(project) == []
    (rows, problems), (least, _) = audit(project), audit(whole)
    assert problems == [] and rows >= least, "a run that was killed has decided as well"


def killed_once(forks, folder, draw):
    """Return a project in which a run from nothing was killed. One that had ended before its moment is of no use."""
    for attempt in count():
        project = folder / str(attempt)
        project.mkdir()
        if (ended := forks.run(make_project(project), draw())) == KILLED:
            return project
        assert ended == 0, forks.said


@pytest.mark.slow
def test_two_kills_change_nothing(left_by_first, forks, tmp_path):
    rng, killed = random.Random(0), make_project(tmp_path)
    shutil.copytree(left_by_first / "data/01_raw", killed / "data/01_raw")  # rendering takes seconds
    for most in (WRITES, WRITES_AGAIN):
        assert forks.run(killed, Moment(rng.randint(1, most))) == KILLED
    assert forks.run(killed) == 0, forks.said
    ends_as(killed, left_by_first)


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.parametrize("seed", range(RUNS))
def test_a_kill_changes_nothing(seed, forks, undisturbed, tmp_path):
    (whole, times), rng = undisturbed, random.Random(seed)
    project = killed_once(forks, tmp_path, lambda: Moment.draw(rng, times))
    assert forks.run(project) == 0, forks.said
    ends_as(project, whole)
