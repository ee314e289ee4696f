"""Changes of a face store, as a pipeline hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from influencer_style.faces.store import HEAD, FaceStore


@dataclass(frozen=True)
class FaceUpdate:
    """What a pipeline hands to a store: which photos stay, with which labels, and what is new.

    A store of another size or fingerprint is made anew. ``labels`` has photo_id, creator, slug, role and split of every
    photo that stays (None: all stay as they are); ``looks`` names looks whose rows are removed, whoever they show;
    ``rows`` and ``crops`` are as for ``FaceStore.append``; ``whole``, written last, says whether the store then has all
    photos (None: that stays as it is).
    """

    size: int
    fingerprint: str
    labels: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None
    crops: np.ndarray | None = field(default=None, repr=False)
    keys: tuple[str, ...] = ("photo_id",)
    looks: frozenset[str] = frozenset()
    whole: bool | None = None

    def apply(self, folder: str | Path) -> FaceStore:
        """Bring the store in ``folder`` up to date and return it."""
        store = open_if_current(folder, self.size, self.fingerprint)
        if store is None:
            store = FaceStore.create(folder, self.size, self.fingerprint, self.keys, self.whole is None)
        elif self.whole is not None and store.whole:
            store.mark(False)
        if self.labels is not None:
            store.select(self.labels["photo_id"])
            store.relabel(self.labels)
        if self.looks:
            store.keep(~store.table["look"].isin(self.looks))
        if self.rows is not None and self.crops is not None:
            store.append(self.rows, self.crops)
        if self.whole:
            store.mark(True)
        return store


def open_if_current(folder: str | Path, size: int, fingerprint: str) -> FaceStore | None:
    """Return the store in ``folder`` if there is one of this size and fingerprint, else None."""
    if not (Path(folder) / HEAD).is_file():
        return None
    store = FaceStore.open(folder)
    return store if (store.size, store.fingerprint) == (size, fingerprint) else None
