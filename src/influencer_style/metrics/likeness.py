"""Whether a result has become the creator's face rather than stayed the user's.

Embeddings of the photo, of what became of it and of the creator span a line: the statistic is how much of the way from
the user to the creator the result has gone, 0 (not at all) to 1 (all of it), less what the look explains by itself.
A look moves everybody, since hair and make-up are part of what a face is recognised by: that share is measured on
people of the population, whom nobody takes for the creator.

It measures a change in one picture and recognises nobody. How often it is right: `benchmarks/results/likeness.json` in
the studio, `likeness_photographs.json` on photographs. Like the judges it is part of no training.
"""

from __future__ import annotations

import numpy as np
import torch

from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops

# The least squared distance that counts as the whole way: for somebody who resembles the creator, or is the creator,
# small changes would otherwise be large shares of a short way.
_LEAST_WAY = 1.3
_MOST_PEOPLE = 32  # on whom a look is tried, to measure what it explains


def way_gone(results: np.ndarray, photos: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Return how much of the way from each person to the creator their result has gone, (n,) float64.

    0 if the picture is unchanged, 1 if it shows the creator as their own photos do. `results` are (n, d) embeddings of
    restyled pictures, `photos` those of the same people's photos, `face` (d,) the creator's, all unit vectors. Raises
    ValueError if the shapes do not fit each other.
    """
    results, photos, face = (np.asarray(part, np.float64) for part in (results, photos, face))
    if results.ndim != 2 or results.shape != photos.shape or face.shape != photos.shape[1:]:
        shapes = f"{results.shape}, {photos.shape} and {face.shape}"
        raise ValueError(f"the way gone needs pairs of embeddings (n, d) and a face (d,), got {shapes}")
    way = face - photos
    return ((results - photos) * way).sum(1) / np.maximum((way * way).sum(1), _LEAST_WAY)


def likeness(results: np.ndarray, photos: np.ndarray, creator: Likeness) -> np.ndarray:
    """Return `way_gone` less what the look explains, (n,).

    Above the threshold of the judge that made the embeddings (`LikenessScale`) a result has become the creator's face.
    """
    return way_gone(results, photos, creator.face.numpy()) - creator.explained


def of_photo(judge: IdentityJudge, crop: np.ndarray) -> Likeness:
    """Return the face of a reference photo's crop, uint8 (s, s, 3)."""
    (face,) = judge.embed(crop[None])
    return Likeness(torch.from_numpy(face), judge.scale.explained_by_a_photo, judge.sha256)


def remember(
    judge: IdentityJudge, bundle: TransferBundle, creators: dict[str, np.ndarray], people: np.ndarray
) -> dict[str, Likeness]:
    """Return each creator's face and what each look explains, to keep with the looks.

    `creators` holds training photos by look, uint8 (m, s, s, 3), `people` unstyled portraits (p, s, s, 3), m and p at
    least 1; the first 32 people are restyled with the model to measure what its looks explain.
    """
    small = shrink(people[:_MOST_PEOPLE], min(judge.side, people.shape[1]))
    before = judge.embed(small)
    found = {}
    for look, photos in creators.items():
        mean = judge.embed(photos).mean(0)
        face = mean / max(float(np.linalg.norm(mean)), 1e-9)
        gone = way_gone(judge.embed(restyle_crops(bundle, small, look)), before, face)
        explained = float(np.clip(gone.mean(), 0, judge.scale.most_explained))
        found[look] = Likeness(torch.from_numpy(face), explained, judge.sha256)
    return found
