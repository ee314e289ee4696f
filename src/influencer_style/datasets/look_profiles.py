"""The looks of all creators, in one folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_datasets._typing import TablePreview

from influencer_style.datasets.local import WholeFolderDataset
from influencer_style.datasets.preview import as_table

if TYPE_CHECKING:
    from influencer_style.looks.profile import LookProfiles


class LookProfilesDataset(WholeFolderDataset):
    """`LookProfiles` in the folder `filepath`: `looks.json` and `looks.safetensors`."""

    file = "looks.json"

    def load(self) -> LookProfiles:
        from influencer_style.looks.profile_files import load_looks

        return load_looks(self._filepath)

    def _write(self, data: LookProfiles, folder: Path) -> None:
        from influencer_style.looks.profile_files import save_looks

        save_looks(data, folder)

    def preview(self) -> TablePreview:
        """Return a table of the looks, for Kedro-Viz: whose they are, of how many photos, within which consent."""
        told = json.loads((self._filepath / "looks.json").read_text(encoding="utf-8"))
        consent = ["subject", "scope", "territory", "granted_on", "expires"]
        return as_table(
            ["look", "creator", "photos", *consent],
            (
                [look["slug"], look["creator"], look["count"], *(look["consent"].get(field) for field in consent)]
                for look in told["looks"]
            ),
        )
