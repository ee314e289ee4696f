"""The looks of all creators, in one folder, and the style encoder that describes them, in one file."""

from __future__ import annotations

import json
from pathlib import Path

from kedro_datasets._typing import TablePreview

from influencer_style.datasets.local import WholeDataset, WholeFolderDataset
from influencer_style.datasets.preview import as_table
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.profile_files import load_looks, save_looks


class LookProfilesDataset(WholeFolderDataset):
    """`LookProfiles` in the folder `filepath`: `looks.json` and `looks.safetensors`."""

    file = "looks.json"

    def load(self) -> LookProfiles:
        """Return the profiles."""
        return load_looks(self._filepath)

    def _write(self, data: LookProfiles, place: Path) -> None:
        save_looks(data, place)

    def preview(self) -> TablePreview:
        """Return a table of the looks, for Kedro-Viz: whose each is, how many photos it has, and its consent."""
        saved = json.loads((self._filepath / "looks.json").read_text(encoding="utf-8"))
        consent = ["subject", "scope", "territory", "granted_on", "expires"]
        rows = (
            [*map(look.get, ("slug", "creator", "count")), *map(look["consent"].get, consent)]
            for look in saved["looks"]
        )
        return as_table(["look", "creator", "photos", *consent], rows)


class StyleEncoderDataset(WholeDataset):
    """A `StyleEncoder` in the file `filepath`."""

    def load(self) -> StyleEncoder:
        """Return the encoder."""
        return StyleEncoder.load(self._filepath)
