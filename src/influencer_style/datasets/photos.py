"""Where the photos are, and the face crops, with contact sheets of them in Kedro-Viz."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from kedro.io import DatasetError
from kedro_datasets._typing import ImagePreview
from PIL import Image, ImageOps

from influencer_style.consent.slug import slugs
from influencer_style.datasets.atomic import AtomicJSONDataset
from influencer_style.datasets.local import LocalDataset
from influencer_style.datasets.preview import as_preview, consented, spread
from influencer_style.faces.store import FaceStore
from influencer_style.faces.update import FaceUpdate
from influencer_style.photos.decode import PhotoError, photo_thumbnail
from influencer_style.photos.formats import SUFFIXES
from influencer_style.photos.source import PhotoSource
from influencer_style.project.folder import in_project
from influencer_style.reports.grid import draw_looks_side_by_side
from influencer_style.storage.walk import is_passed_over, walk

_PHOTO, _CREATORS = 128, 12  # px; rows of a sheet
_CROP, _COLUMNS, _MOST = 96, 12, 96


class PhotoSourceDataset(AtomicJSONDataset):
    """A `PhotoSource` as JSON."""

    def load(self) -> PhotoSource:
        """Return the source."""
        return PhotoSource.model_validate(super().load())

    def save(self, data: PhotoSource) -> None:
        """Save the source."""
        super().save(data.model_dump())

    def preview(self, photos: int = 8) -> ImagePreview:
        """Return a contact sheet: a row for each of up to 12 creators and one for the users, as a base64 PNG.

        A row holds at most this many photos, spread over all. Creators without valid consent are not shown.
        """
        source = self.load()
        entries = [entry for entry in sorted(in_project(source.creators).iterdir()) if entry.is_dir()]
        creators = [entry for entry in entries if not (entry.is_symlink() or is_passed_over(entry.name, True))]
        names = slugs([folder.name for folder in creators])
        allowed = consented({names[folder.name]: folder for folder in creators})
        shown = [folder for folder in creators if names[folder.name] in allowed][:_CREATORS]
        rows = {folder.name: _tiles(folder, photos) for folder in shown}
        rows["users"] = _tiles(in_project(source.users), photos)
        return as_preview(draw_looks_side_by_side(rows, _PHOTO))


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
        sheet = np.full((max(1, -(-len(rows) // _COLUMNS)) * _CROP, _COLUMNS * _CROP, 3), 245, np.uint8)
        for place, crop in enumerate(store.pixels(rows)):
            top, left = place // _COLUMNS * _CROP, place % _COLUMNS * _CROP
            tile = cv2.resize(crop, (_CROP, _CROP), interpolation=cv2.INTER_AREA)
            sheet[top : top + _CROP, left : left + _CROP] = tile
        return as_preview(Image.fromarray(sheet))

    def _consents(self, store: FaceStore) -> dict[str, Path]:
        if self._photo_source is None or not store.creators:
            return {}
        source = PhotoSourceDataset(filepath=str(in_project(self._photo_source))).load()
        return {slug: source.creator_folder(name) for slug, name in store.creators.items()}


def _tiles(folder: Path, most: int) -> np.ndarray:
    """Return photos of `folder`, cut square, uint8 (n, 128, 128, 3)."""
    files = [path for path in walk(folder) if path.suffix.lower() in SUFFIXES]
    tiles = [ImageOps.fit(photo, (_PHOTO, _PHOTO)) for photo in _readable(spread(files, most), folder)]
    return np.stack([np.asarray(tile) for tile in tiles]) if tiles else np.empty((0, _PHOTO, _PHOTO, 3), np.uint8)


def _readable(files: list[Path], root: Path) -> Iterator[Image.Image]:
    for file in files:
        try:
            yield Image.fromarray(photo_thumbnail(file, 2 * _PHOTO, root=root))
        except PhotoError:
            continue  # the manifest says what is wrong with it
