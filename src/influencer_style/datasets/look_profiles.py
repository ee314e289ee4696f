"""The looks of all creators, in one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from influencer_style.datasets.local import LocalDataset
from influencer_style.storage.atomic import atomic_folder

if TYPE_CHECKING:
    from influencer_style.looks.profile import LookProfiles


class LookProfilesDataset(LocalDataset):
    """`LookProfiles` in the folder `filepath`: `looks.json` and `looks.safetensors`."""

    def load(self) -> LookProfiles:
        from influencer_style.looks.profile import LookProfiles

        return LookProfiles.load(self._filepath)

    def save(self, data: LookProfiles) -> None:
        with atomic_folder(self._filepath) as folder:
            data.save(folder)

    def _exists(self) -> bool:
        return (self._filepath / "looks.json").exists()
