"""The style encoder, in one safetensors file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from influencer_style.datasets.local import LocalDataset
from influencer_style.datasets.previous import AS_IT_IS
from influencer_style.storage.atomic import atomic_file

if TYPE_CHECKING:
    from influencer_style.looks.encoder import StyleEncoder


class StyleEncoderDataset(LocalDataset):
    """A `StyleEncoder` in the file `filepath`."""

    def load(self) -> StyleEncoder:
        from influencer_style.looks.encoder import StyleEncoder

        return StyleEncoder.load(self._filepath)

    def save(self, data: StyleEncoder) -> None:
        if data is AS_IT_IS:
            return
        with atomic_file(self._filepath) as file:
            data.save(file)
