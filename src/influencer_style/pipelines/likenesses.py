"""What looks remember of their creators' faces; apart from the trainings, which know no judge of identity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from influencer_style.faces.store import FaceStore
from influencer_style.metrics.identity import load_identity_judge
from influencer_style.metrics.likeness import remember
from influencer_style.networks.bundle import TransferBundle


def with_likenesses(bundle: TransferBundle, crops: FaceStore) -> TransferBundle:
    """Return the model with what its looks remember of their creators' faces, for the likeness guard alone."""
    kept = crops.kept.sort_values("photo_id")

    def pixels(role: str, slug: str, *splits: str) -> np.ndarray:
        return crops.pixels(kept[(kept["role"] == role) & (kept["slug"] == slug) & kept["split"].isin(splits)])

    creators = {name: pixels("creator", name, "train") for name in bundle.looks.names}
    known = remember(load_identity_judge(), bundle, creators, pixels("user", "", "train", "validation"))
    return replace(bundle, looks=bundle.looks.with_likenesses(known))
