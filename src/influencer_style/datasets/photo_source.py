"""Where the photos are, with a contact sheet of them in Kedro-Viz."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from kedro_datasets._typing import ImagePreview
from PIL import Image, ImageOps

from influencer_style.consent.slug import slugs
from influencer_style.datasets.atomic import AtomicJSONDataset
from influencer_style.datasets.preview import as_preview, consented, spread
from influencer_style.photos.decode import PhotoError, photo_thumbnail
from influencer_style.photos.formats import SUFFIXES
from influencer_style.photos.source import PhotoSource
from influencer_style.project.folder import in_project
from influencer_style.reports.grid import draw_looks_side_by_side
from influencer_style.storage.walk import is_passed_over, walk

_TILE, _CREATORS = 128, 12


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

        Creators without valid consent are not shown.

        Args:
            photos: The most photos in a row, spread over all.
        """
        source = self.load()
        creators = sorted(entry for entry in in_project(source.creators).iterdir() if _is_creator(entry))
        names = slugs([folder.name for folder in creators])
        allowed = consented({names[folder.name]: folder for folder in creators})
        shown = [folder for folder in creators if names[folder.name] in allowed][:_CREATORS]
        rows = {folder.name: _tiles(folder, photos) for folder in shown}
        rows["users"] = _tiles(in_project(source.users), photos)
        return as_preview(draw_looks_side_by_side(rows, _TILE))


def _is_creator(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink() and not is_passed_over(entry.name, True)


def _tiles(folder: Path, most: int) -> np.ndarray:
    """Return photos of `folder`, cut square, uint8 (n, 128, 128, 3)."""
    files = [path for path in walk(folder) if path.suffix.lower() in SUFFIXES]
    tiles = [ImageOps.fit(photo, (_TILE, _TILE)) for photo in _readable(spread(files, most), folder)]
    return np.stack([np.asarray(tile) for tile in tiles]) if tiles else _none()


def _readable(files: list[Path], root: Path) -> Iterator[Image.Image]:
    for file in files:
        try:
            yield Image.fromarray(photo_thumbnail(file, 2 * _TILE, root=root))
        except PhotoError:
            continue  # the manifest says what is wrong with it


def _none() -> np.ndarray:
    return np.empty((0, _TILE, _TILE, 3), np.uint8)
