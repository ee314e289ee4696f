"""What looks remember of their creators' faces; apart from the trainings, which know no judge of identity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from influencer_style.faces.store import FaceStore
from influencer_style.looks.likeness import Likeness
from influencer_style.metrics.judges import choose_judge, face_judge_is_here
from influencer_style.metrics.likeness import remember
from influencer_style.networks.bundle import TransferBundle
from influencer_style.studio.demo_set import DRAWN


def judges_here(*_inputs: object, **_named: object) -> object:
    """Return what `with_likenesses` depends on in addition to its arguments: which judges are on this machine."""
    return face_judge_is_here()


def with_likenesses(bundle: TransferBundle, crops: FaceStore) -> TransferBundle:
    """Return the model with what its looks remember of their creators' faces, for the likeness guard alone.

    The studio's judge knows the creators that the studio draws, the face embedding those in photographs.
    """
    kept = crops.kept.sort_values("photo_id")

    def pixels(role: str, slug: str, *splits: str) -> np.ndarray:
        return crops.pixels(kept[(kept["role"] == role) & (kept["slug"] == slug) & kept["split"].isin(splits)])

    users = pixels("user", "", "train", "validation")
    drawn = {name: str(bundle.looks[name].consent.get("subject", "")).endswith(DRAWN) for name in bundle.looks.names}
    known: dict[str, Likeness] = {}
    for by_studio in sorted(set(drawn.values())):
        creators = {name: pixels("creator", name, "train") for name, own in drawn.items() if own == by_studio}
        known |= remember(choose_judge(by_studio), bundle, creators, users)
    return replace(bundle, looks=bundle.looks.with_likenesses(known))
