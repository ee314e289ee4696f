"""Studio pairs as one compressed file of arrays, with the fingerprint of what they were made from."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset

from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.pairs import StudioPairs


class StudioPairsDataset(AbstractDataset[tuple[StudioPairs, str], tuple[StudioPairs, str]]):
    """Saves and loads (pairs, fingerprint).

    Args:
        filepath: an `.npz` file.
        metadata: for Kedro-Viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> tuple[StudioPairs, str]:
        with np.load(self._filepath, allow_pickle=False) as arrays:
            pairs = StudioPairs(**{part.name: arrays[part.name] for part in fields(StudioPairs)})
            return pairs, str(arrays["fingerprint"])

    def save(self, data: tuple[StudioPairs, str]) -> None:
        pairs, made_from = data
        with atomic_file(self._filepath) as temporary:
            np.savez(temporary, fingerprint=np.array(made_from), **vars(pairs))

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
