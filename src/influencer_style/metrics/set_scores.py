"""Measures of a set of results: how like the creator's photos it is, and how varied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.spatial.distance import cdist
from tqdm import tqdm

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.style_code import StyleCode, style_code
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.intervals import (
    Figures,
    Interval,
    Methods,
    around,
    bootstrap,
    require_finite,
    weights_of_draws,
)
from influencer_style.metrics.kid import kid, kid_features
from influencer_style.metrics.memorisation import nearest

# Binkowski's estimate has no bias at any n, but from fewer pictures a side its interval says nothing.
LEAST_FOR_KID = 8
_MOST_COMPARED = 256  # people: pairs grow with their square
_BATCH = 32
Pair = tuple[np.ndarray, np.ndarray]


def set_scores(
    cases: Cases, encoder: StyleEncoder, looks: LookProfiles, draws: int = 2000, seed: int = 0
) -> tuple[dict[str, Methods], Methods]:
    """Compare each method's results, as a set, with the creator's photos and with the truth (or the inputs).

    Returns by look and method `kid` to the creator's training photos, `diversity` as a ratio to the truth's (to the
    inputs' if there is no truth), and, without truth, `gram_distance` to the look's profile. In addition to the methods
    there are `held_out`, the creator's photos that nothing learnt from (`memorisation`, and `gram_distance` without
    truth), and `real_floor`, the creator's photos half against half (`kid`). Then by method `diversity` over all looks.
    A figure is absent if there are too few pictures for it.
    """
    by_look: dict[str, Methods] = {}
    pairs: dict[str, list[Pair]] = {method: [] for method in cases.methods}
    for look in tqdm(cases.looks, desc="Comparing sets", unit="look"):
        training = kid_features(cases.creators[look])
        reference = kid_features(cases.scored("truth" if cases.truth else "input", look))
        section = by_look[look] = {}
        for method in cases.methods:
            pictures = cases.scored(method, look)
            features = kid_features(pictures)
            pairs[method].append((features, reference[: len(features)]))
            found = {
                "kid": kid_or_none(features, training, seed),
                "diversity": diversity_ratio(pairs[method][-1:], draws, seed),
            }
            if not cases.truth:
                found["gram_distance"] = gram_distance(pictures, look, encoder, looks, draws, seed)
            section[method] = _present(found)
        held_out = cases.held_out[look]
        unseen = kid_features(held_out)
        if len(held_out):
            own = {"memorisation": bootstrap(nearest(unseen, training), draws, seed)}
            if not cases.truth:
                own["gram_distance"] = gram_distance(held_out, look, encoder, looks, draws, seed)
            section["held_out"] = own
        if floor := real_floor(training, unseen, seed):
            section["real_floor"] = {"kid": floor}
    overall = {method: _present({"diversity": diversity_ratio(found, draws, seed)}) for method, found in pairs.items()}
    return by_look, overall


def gram_distance(
    pictures: np.ndarray, look: str, encoder: StyleEncoder, looks: LookProfiles, draws: int = 2000, seed: int = 0
) -> Interval:
    """Return the distance of pictures' mean Gram statistics from a look's own, without knowing the truth.

    It is a root mean square over the Gram part of style codes, in units of the population's deviation: 0 is the look
    itself. `pictures` are uint8 sRGB (n, s, s, 3), one of each identity. Raises EncoderError if another encoder
    described the looks.
    """
    looks.require(encoder)
    neutral, gram = looks.reference, looks.groups.gram

    def codes(some: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            descriptors = encoder(to_tensor(some))
        codes = [style_code(replace(neutral, mean=d, count=1), neutral, looks.groups) for d in descriptors]
        return StyleCode(torch.stack(codes)).difference[:, gram].double().numpy()

    target = StyleCode(looks.code(look)).difference[gram].numpy().astype(np.float64)
    own = np.concatenate([codes(pictures[i : i + _BATCH]) for i in range(0, len(pictures), _BATCH)])
    return bootstrap(own, draws, seed, lambda means: np.sqrt(np.square(means - target).mean(-1)))


def diversity(features: np.ndarray) -> float:
    """Return the mean Euclidean distance between two pictures of a set (Zhu et al. 2017), in the unit of the features.

    `features` are (n, f), one row a picture, n at least 2, for instance from `kid_features`. A set of one picture
    repeated has 0. What is much and what is little depends on the features: compare with the set that it should
    resemble. Raises ValueError if there are fewer than two pictures, or a feature is not finite.
    """
    rows = np.asarray(features, np.float64)
    if rows.ndim != 2 or len(rows) < 2:
        raise ValueError(f"diversity needs features (n, f) of at least 2 pictures, got {rows.shape}")
    require_finite(rows)
    total = sum(np.linalg.norm(rows[i + 1 :] - row, axis=1).sum() for i, row in enumerate(rows))
    return float(total / (len(rows) * (len(rows) - 1) / 2))


def largest_step(frames: np.ndarray) -> float:
    """Return the largest step between neighbours of a path from one portrait to another, in mean steps.

    `frames` are uint8 (k, h, w, 3), k at least 3, portraits at even distances along the path. Steps are root mean
    squares over pixels: 1 if all are alike or nothing changes, k - 1 if all change happens in one of them. Raises
    ValueError if there are fewer than 3 frames.
    """
    if frames.ndim != 4 or len(frames) < 3:
        raise ValueError(f"a path needs at least 3 frames (k, h, w, 3), got {frames.shape}")
    steps = np.sqrt(np.square(np.diff(frames.astype(np.float64), axis=0)).mean((1, 2, 3)))
    return float(steps.max() / steps.mean()) if steps.any() else 1.0


def diversity_ratio(pairs: Sequence[Pair], draws: int = 2000, seed: int = 0) -> Interval | None:
    """Return how varied sets are in relation to their references, with a 95% bootstrap interval over people.

    1 is as varied as the reference, 0 is one picture for everybody. None for fewer than three people, or a reference
    that does not vary. `pairs` holds, for each look, the features (n, f) of a method's results and of their reference,
    the same people in both. The ratios of the looks are averaged; of more than 256 people the first 256 are compared. A
    person drawn twice makes no pair.
    """
    pairs = [(results[:_MOST_COMPARED], reference[:_MOST_COMPARED]) for results, reference in pairs]
    n = len(pairs[0][0])
    if n < 3 or not all(diversity(reference) > 0 for _, reference in pairs):
        return None
    weights = weights_of_draws(n, draws, seed)
    weights = weights[(weights < 1).all(1)]  # one person alone makes no pair
    estimate = np.mean([diversity(results) / diversity(reference) for results, reference in pairs])
    drawn = [spread(results, weights) / spread(reference, weights) for results, reference in pairs]
    return around(float(estimate), np.mean(drawn, axis=0), n)


def spread(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the sum of pairs' weighted distances in each draw; weights cancel in a ratio over the same people."""
    rows = features.astype(np.float64)
    return ((weights @ cdist(rows, rows)) * weights).sum(1)


def kid_or_none(features: np.ndarray, photos: np.ndarray, seed: int) -> Interval | None:
    """Return the kernel distance of two sets, None if one has too few pictures."""
    return kid(features, photos, seed=seed) if min(len(features), len(photos)) >= LEAST_FOR_KID else None


def real_floor(training: np.ndarray, unseen: np.ndarray, seed: int) -> Interval | None:
    """Return the kernel distance between a creator's photos, half against half; None if there are too few."""
    photos = np.random.default_rng(seed).permutation(np.concatenate([training, unseen]))
    return kid_or_none(photos[: len(photos) // 2], photos[len(photos) // 2 :], seed)


def _present(figures: dict[str, Interval | None]) -> Figures:
    return {name: figure for name, figure in figures.items() if figure is not None}
