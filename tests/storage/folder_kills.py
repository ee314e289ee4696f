"""A folder is replaced, and its writer killed before each of its writes. For test_atomic.py."""

import shutil
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from every_write import kill_at_every_write

from influencer_style.storage.atomic import atomic_folder, recover_folder, remove_leftovers

place = Path(sys.argv[1])
model = place / "model"


def replace() -> None:
    with atomic_folder(model) as folder:
        for name in ("weights", "looks"):
            (folder / name).write_text("new")


def before() -> None:
    shutil.rmtree(place)
    model.mkdir(parents=True)
    for name in ("weights", "looks"):
        (model / name).write_text("old")


def check() -> None:
    recover_folder(model)
    assert [path.read_text() for path in sorted(model.iterdir())] in (["old"] * 2, ["new"] * 2)
    remove_leftovers(place, seconds=0)
    assert list(place.iterdir()) == [model]


sys.stdout.write(str(kill_at_every_write(place, replace, before, check)))
