"""The style encoder, in one safetensors file."""

from __future__ import annotations

from influencer_style.datasets.local import LocalDataset
from influencer_style.datasets.previous import Mark
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.storage.atomic import atomic_file


class StyleEncoderDataset(LocalDataset):
    """A `StyleEncoder` in the file `filepath`."""

    def load(self) -> StyleEncoder:
        """Return the encoder."""
        return StyleEncoder.load(self._filepath)

    def save(self, data: StyleEncoder | Mark) -> None:
        """Save an encoder, or leave the file as it is."""
        if isinstance(data, Mark):
            return
        with atomic_file(self._filepath) as file:
            data.save(file)
