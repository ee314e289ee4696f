"""A face store is brought up to date, which is killed before its writes, and then again. For test_store.py.

python store_kills.py FOLDER APART: before each write, or only before every second, third and so on.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from every_write import kill_at_every_write

from influencer_style.faces.store import LABELS, FaceStore
from influencer_style.faces.update import FaceUpdate, open_if_current

folder = Path(sys.argv[1]) / "store"


def rows(names: str, split: str) -> pd.DataFrame:
    numbers = dict.fromkeys(("cx", "cy", "side", "angle", "face_px", "sharpness"), 1.5)
    labels = {"creator": "Anna", "slug": "anna", "role": "creator", "split": split, "status": "kept", "reason": ""}
    return pd.DataFrame([{"photo_id": name, **labels, **numbers} for name in names])


def crops(names: str) -> np.ndarray:
    return np.stack([np.full((8, 8, 3), ord(name), np.uint8) for name in names])


def update() -> None:
    """As a pipeline does: what stays, anew labelled; then what is missing."""
    wanted = rows("bc", "test")
    known = open_if_current(folder, 8, "f1")
    missing = [name for name in "bc" if known is None or name not in set(known.table["photo_id"])]
    FaceUpdate(8, "f1", wanted[["photo_id", *LABELS]], whole=False).apply(folder)
    for name in missing:
        FaceUpdate(8, "f1", rows=rows(name, "test"), crops=crops(name)).apply(folder)
    FaceUpdate(8, "f1", whole=True).apply(folder)


def before() -> None:
    shutil.rmtree(folder, ignore_errors=True)
    FaceStore.create(folder, 8, "f1").append(rows("ab", "train"), crops("ab"))


def told() -> list[tuple[str, str, int]]:
    store = FaceStore.open(folder)
    pixels = store.pixels(store.kept)[:, 0, 0, 0]
    return sorted(zip(store.kept["photo_id"], store.kept["split"], map(int, pixels), strict=True))


def check() -> None:
    old = [(name, "train", ord(name)) for name in "ab"]
    new = [(name, "test", ord(name)) for name in "bc"]
    assert not FaceStore.open(folder).whole or told() in (old, new)
    update()
    assert FaceStore.open(folder).whole and told() == new


sys.stdout.write(str(kill_at_every_write(folder, update, before, check, apart=int(sys.argv[2]))))
