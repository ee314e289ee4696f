"""The face crops in the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from kedro.io import DatasetError
from kedro_datasets._typing import ImagePreview
from PIL import Image

from influencer_style.datasets.local import LocalDataset
from influencer_style.datasets.photo_source import PhotoSourceDataset
from influencer_style.datasets.preview import as_preview, consented, spread
from influencer_style.faces.store import FaceStore
from influencer_style.faces.update import FaceUpdate
from influencer_style.project.folder import in_project

_TILE, _COLUMNS, _MOST = 96, 12, 96


class FaceStoreDataset(LocalDataset):
    """A ``FaceStore`` in the folder ``filepath``.

    Saving takes ``FaceUpdate``s, so that a node can hand on crops as it makes them; what one update brought is on the
    disk before the next is made.

    `photo_source` is the file of that entry, which says where creators' consents are; without it, previews show no
    creator. If `partial`, a store that was interrupted before it was whole is loaded, too, in order to go on with it.
    """

    def __init__(
        self,
        filepath: str,
        photo_source: str | None = None,
        partial: bool = False,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath, metadata)
        self._photo_source, self._partial = photo_source, partial

    def load(self) -> FaceStore:
        """Return the store. Raises DatasetError if it is not whole and `partial` is off."""
        store = FaceStore.open(self._filepath)
        if not (store.whole or self._partial):
            unfinished = f"{self._filepath} does not have all face crops yet, because making them was interrupted"
            raise DatasetError(f"{unfinished}; go on with: kedro run --pipeline preprocessing")
        return store

    def save(self, data: FaceUpdate) -> None:
        """Bring the store in line with an update."""
        data.apply(self._filepath)

    def _exists(self) -> bool:
        return (self._filepath / "store.json").is_file() and (self._partial or FaceStore.open(self._filepath).whole)

    def preview(self) -> ImagePreview:
        """Return a contact sheet of up to 96 crops, spread over all of them, as a base64 PNG.

        Creators whose consent does not hold now are not shown.
        """
        store = FaceStore.open(self._filepath)
        store = store.without_creators_but(consented(self._consents(store)))
        kept = store.kept.sort_values(["role", "slug", "photo_id"])
        rows = kept.iloc[spread(range(len(kept)), _MOST)]
        sheet = np.full((max(1, -(-len(rows) // _COLUMNS)) * _TILE, _COLUMNS * _TILE, 3), 245, np.uint8)
        for place, crop in enumerate(store.pixels(rows)):
            top, left = place // _COLUMNS * _TILE, place % _COLUMNS * _TILE
            tile = cv2.resize(crop, (_TILE, _TILE), interpolation=cv2.INTER_AREA)
            sheet[top : top + _TILE, left : left + _TILE] = tile
        return as_preview(Image.fromarray(sheet))

    def _consents(self, store: FaceStore) -> dict[str, Path]:
        if self._photo_source is None or not store.creators:
            return {}
        source = PhotoSourceDataset(filepath=str(in_project(self._photo_source))).load()
        return {slug: source.creator_folder(name) for slug, name in store.creators.items()}
