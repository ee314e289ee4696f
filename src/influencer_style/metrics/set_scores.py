"""Measures of a set of results: how like the creator's photos it is, and how varied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist
from tqdm import tqdm

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.diversity import diversity
from influencer_style.metrics.intervals import Interval, around, bootstrap, weights_of_draws
from influencer_style.metrics.kid import kid, kid_features
from influencer_style.metrics.memorisation import nearest
from influencer_style.metrics.style import gram_codes, gram_distance

# Binkowski's estimate has no bias at any n, but from fewer pictures a side its interval says nothing.
LEAST_FOR_KID = 8
# Pairs grow with the square of people.
_MOST_COMPARED = 256
Figures = dict[str, Interval]
Pair = tuple[np.ndarray, np.ndarray]


def set_scores(
    cases: Cases, encoder: StyleEncoder, looks: LookProfiles, draws: int = 2000, seed: int = 0
) -> tuple[dict[str, dict[str, Figures]], dict[str, Figures]]:
    """Compare each method's results, as a set, with the creator's photos and with the truth (or the inputs).

    Returns:
        By look and method: `kid` to the creator's training photos, `diversity` as a ratio to the truth's (to the
        inputs' if there is no truth), and, without truth, `gram_distance` to the look's profile. Besides the methods
        there are `held_out`, the creator's photos that nothing learnt from (`memorisation`, and `gram_distance` without
        truth), and `real_floor`, the creator's photos half against half (`kid`).
        By method: `diversity` over all looks.
        A figure is absent if there are too few pictures for it.
    """
    by_look: dict[str, dict[str, Figures]] = {}
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
                found["gram_distance"] = gram_distance(gram_codes(pictures, encoder, looks), look, looks, draws, seed)
            section[method] = _present(found)
        held_out = cases.held_out[look]
        unseen = kid_features(held_out)
        if len(held_out):
            own = {"memorisation": bootstrap(nearest(unseen, training), draws, seed)}
            if not cases.truth:
                own["gram_distance"] = gram_distance(gram_codes(held_out, encoder, looks), look, looks, draws, seed)
            section["held_out"] = own
        if floor := real_floor(training, unseen, seed):
            section["real_floor"] = {"kid": floor}
    overall = {method: _present({"diversity": diversity_ratio(found, draws, seed)}) for method, found in pairs.items()}
    return by_look, overall


def diversity_ratio(pairs: Sequence[Pair], draws: int = 2000, seed: int = 0) -> Interval | None:
    """Return how varied sets are in relation to their references, with a 95% bootstrap interval over people.

    Args:
        pairs: The features (n, f) of a method's results and of their reference for each look, the same people in
            both. The ratios of the looks are averaged; of more than 256 people the first 256 are compared.
        draws: The number of draws of the bootstrap. A person drawn twice makes no pair.
        seed: The seed of the bootstrap.

    Returns:
        1 is as varied as the reference, 0 is one picture for everybody. None for fewer than three people, or a
        reference that does not vary.
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
