"""One picture in a file, with a preview in Kedro-Viz."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro_datasets._typing import ImagePreview
from PIL import Image

from influencer_style.datasets.local import WholeDataset
from influencer_style.datasets.preview import as_preview


class PictureDataset(WholeDataset):
    """A Pillow image as PNG, JPEG or WebP, by the suffix of `filepath`.

    Args:
        filepath: The file.
        save_args: Arguments of `Image.save`, such as `quality`.
        metadata: For other programs, such as Kedro-Viz; not used here.
    """

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
