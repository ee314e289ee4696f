"""What identifies people is for its owner alone after a whole run, although the umask would have opened it to all."""

import os
import stat

import pytest

OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What holds faces, vectors, names and decisions.
PLACES = [
    "mlflow.db", "mlruns", "data/00_consent/audit.jsonl", "data/00_consent/audit.head",
    "data/02_intermediate/manifest.parquet", "data/03_primary", "data/04_feature", "data/06_models",
    "data/08_reporting/report.html", "data/08_reporting/contact_sheet.png",
]  # fmt: skip


def is_our_source(path):
    """Whether MLflow has copied it from our package for a registered model: the folder `code`, and the served file."""
    return "code" in path.parts or path.suffix == ".py"


def open_to_others(folder):
    """Return what below a folder, itself included, other users have any right to; copies of our source aside."""
    found = [folder, *(path for path in folder.rglob("*") if not path.is_symlink() and not is_our_source(path))]
    return sorted(f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):o}" for path in found
                  if path.stat().st_mode & OTHERS)  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing on Windows")
def test_nothing_of_a_run_is_open_to_other_users(left_by_first):
    for place in PLACES:
        assert (left_by_first / place).exists(), place
    assert open_to_others(left_by_first / "data") == []
    assert open_to_others(left_by_first / "mlruns") == []
    assert not (left_by_first / "mlflow.db").stat().st_mode & OTHERS
