"""Mutated photos through ingestion, in a process with bounded memory: each is taken, or put aside with a reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mutations import mutated, parts, seeds

from influencer_style.photos.decode import decode_photo

SECONDS = 600  # for all of them; a decoder that hangs ends the test


@pytest.mark.parametrize(
    ("count", "seed"), [pytest.param(250, 1), pytest.param(2000, 2, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_mutated_photos_end_nothing_cost_little_and_none_is_lost(tmp_path, count, seed):
    command = [sys.executable, str(Path(__file__).with_name("ingest.py")), str(tmp_path), str(count), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["rows"] == told["files"]
    assert told["good"] == 40, "a sound photo among damaged ones is taken"
    assert told["unchanged"], "ingestion only reads"
    assert told["right_sizes"]
    assert told["statuses"]["quarantined"] > count / 3 and told["statuses"]["accepted"] > 40
    assert set(told["codes"]) <= {
        *("empty_file", "not_an_image", "truncated", "too_large", "too_small", "unsupported_format", "unreadable"),
    }
    # One line a file, whatever its name holds.
    assert not {"\x1b", "\u202e"} & set(done.stderr)
    assert all(line.count(" is left out, ") <= 1 for line in done.stderr.splitlines())


def test_mutations_come_from_chance_with_a_seed_and_reach_every_format():
    some = list(mutated(120, 1))
    assert some == list(mutated(120, 1)) != list(mutated(120, 2))
    assert {name for name, _ in some} == set(seeds())
    for name, file in seeds().items():
        assert b"".join(parts(file)) == file
        assert len(parts(file)) > 1
        if name.partition(".")[2] not in ("gif", "bmp"):
            assert decode_photo(file).shape == (96, 96, 3)
