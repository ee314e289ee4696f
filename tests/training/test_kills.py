"""A training that is killed, again and again, at any moment, ends with the very weights of one that never was."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).with_name("tiny_training.py")


def start(folder):
    folder.mkdir(exist_ok=True)
    return subprocess.Popen([sys.executable, str(SCRIPT), str(folder)], stdout=subprocess.PIPE, text=True)


def finish(folder):
    with start(folder) as child:
        child.stdout.read()
    assert child.returncode == 0
    return torch.load(folder / "weights.pt", weights_only=True)


def kill(folder, rng):
    """Let it take some steps, and kill it in the midst of whatever it does then. False where it was done before."""
    with start(folder) as child:
        for _ in range(rng.randint(1, 3)):
            if not child.stdout.readline():
                return False
        time.sleep(rng.random() * 0.1)
        child.send_signal(signal.SIGKILL)
    return child.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.faults)])
def test_kills_change_nothing(kills, tmp_path):
    whole, rng, done = finish(tmp_path / "whole"), random.Random(kills), 0
    attempt = 0
    while done < kills:
        # A training is over after some kills; then another one is killed.
        folder = tmp_path / f"killed-{attempt}"
        while done < kills and kill(folder, rng):
            done += 1
        resumed = finish(folder)
        assert resumed.keys() == whole.keys()
        assert all(torch.equal(resumed[name], whole[name]) for name in whole)
        attempt += 1
