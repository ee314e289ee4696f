"""Studio pairs as one compressed file of arrays, with the fingerprint of what they were made from."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from influencer_style.datasets.local import LocalDataset
from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.pairs import StudioPairs


class StudioPairsDataset(LocalDataset):
    """Saves and loads (pairs, fingerprint) as an `.npz` file."""

    def load(self) -> tuple[StudioPairs, str]:
        with np.load(self._filepath, allow_pickle=False) as arrays:
            pairs = StudioPairs(**{part.name: arrays[part.name] for part in fields(StudioPairs)})
            return pairs, str(arrays["fingerprint"])

    def save(self, data: tuple[StudioPairs, str]) -> None:
        pairs, made_from = data
        with atomic_file(self._filepath) as temporary:
            np.savez(temporary, fingerprint=np.array(made_from), **vars(pairs))
