"""Pictures and folders: one picture in a file, and what must outlive an interrupted run in a node's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import DatasetError
from kedro_datasets._typing import ImagePreview
from PIL import Image

from influencer_style.datasets.local import LocalDataset, WholeDataset
from influencer_style.datasets.preview import as_preview, spread, words
from influencer_style.reports.training import stack_samples
from influencer_style.storage.private import private_folder


class PictureDataset(WholeDataset):
    """A Pillow image as PNG, JPEG or WebP, by the suffix of `filepath`; `save_args` are those of `Image.save`."""

    def __init__(
        self, filepath: str, save_args: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        super().__init__(filepath, metadata)
        self._save_args = save_args or {}

    def load(self) -> Image.Image:
        """Return the picture, decoded."""
        with Image.open(self._filepath) as picture:
            picture.load()
        return picture

    def _write(self, data: Image.Image, place: Path) -> None:
        data.save(place, **self._save_args)

    def preview(self, side: int = 1000) -> ImagePreview:
        """Return the picture as base64 PNG, its longer side at most `side` pixels."""
        return as_preview(self.load(), side)

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"save_args": self._save_args}


class FolderDataset(LocalDataset):
    """Loads the folder's path, and makes the folder if it is not there."""

    def load(self) -> Path:
        """Return the path."""
        private_folder(self._filepath)
        return self._filepath

    def save(self, data: None) -> NoReturn:  # noqa: ARG002  # Kedro's signature
        """Refuse to save: nodes write into the folder."""
        raise DatasetError(f"{self._filepath} is a folder that nodes work in; nothing is saved as it")

    def _exists(self) -> bool:
        return True


class WorkFolderDataset(FolderDataset):
    """The folder of trainings: each has one of its own, with strips of samples as PNG in its `samples/`."""

    def preview(self, strips: int = 8) -> ImagePreview:
        """Return the sample strips of the latest work, at most `strips`, first to last, as a base64 PNG."""
        files = sorted(self._filepath.glob("*/samples/**/*.png"))
        if not files:
            return as_preview(words("No samples here: nothing was trained in this folder."))
        latest = max(files, key=lambda file: file.stat().st_mtime).relative_to(self._filepath).parts[0]
        chosen = spread([file for file in files if file.relative_to(self._filepath).parts[0] == latest], strips)
        return as_preview(stack_samples([Image.open(file).convert("RGB") for file in chosen], strips))
