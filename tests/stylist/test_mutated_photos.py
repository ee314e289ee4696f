"""Mutated photos of all formats through `apply_many`, in a process with bounded memory: no exception leaves it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RESTYLE = Path(__file__).parents[1] / "hostile" / "restyle.py"


@pytest.mark.parametrize(
    ("count", "seed"), [pytest.param(130, 1), pytest.param(20_000, 2, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_no_exception_leaves_apply_many(model_folder, count, seed):
    command = [sys.executable, str(RESTYLE), str(model_folder), str(count), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=7200, check=False)
    assert done.returncode == 0, f"a decoder crashed, or it raised: {done.stderr[-3000:]}"
    told = json.loads(done.stdout)
    assert told["outcomes"] == count
    # What is wrong with a photo is found when it is opened; nothing that was opened fails later.
    assert told["unexpected"] == []
    for suffix in ("jpg", "png", "webp", "avif", "heic", "tif"):
        assert told["formats"][f"{suffix} Result"] and told["formats"][f"{suffix} PhotoError"]
