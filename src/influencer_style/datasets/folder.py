"""A folder that a node works in, for what must outlive an interrupted run."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from kedro.io import DatasetError
from kedro_datasets._typing import ImagePreview
from PIL import Image

from influencer_style.datasets.local import LocalDataset
from influencer_style.datasets.preview import as_preview, spread, words
from influencer_style.reports.training import stack_samples
from influencer_style.storage.private import private_folder


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
