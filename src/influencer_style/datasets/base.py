"""The bases of transfer and synthesis: generators that know looks in general, in folders of safetensors and JSON."""

from __future__ import annotations

import json

from kedro_datasets._typing import JSONPreview

from influencer_style.datasets.local import WholeFolderDataset
from influencer_style.datasets.preview import as_json
from influencer_style.networks.base import Base, SynthesisBase, TransferBase
from influencer_style.networks.trained import AnyGenerator


class BaseDataset(WholeFolderDataset):
    """A `TransferBase` in the folder `filepath`."""

    file = "base.json"
    kind: type[Base[AnyGenerator]] = TransferBase

    def load(self) -> Base[AnyGenerator]:
        """Return the base."""
        return self.kind.load(self._filepath)

    def preview(self) -> JSONPreview:
        """Return what the base was trained with, for Kedro-Viz."""
        return as_json(json.loads((self._filepath / self.file).read_text(encoding="utf-8"))["facts"])


class SynthesisBaseDataset(BaseDataset):
    """A `SynthesisBase` in the folder `filepath`."""

    file = "synthesis.json"
    kind = SynthesisBase
