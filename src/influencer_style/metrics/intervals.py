"""How sure a mean is: bootstrap intervals over identities (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np


@dataclass(frozen=True)
class Interval:
    """An estimate and its 95% interval.

    Attributes:
        mean: The estimate.
        low, high: The interval's ends, around the mean; both are the mean if there is one identity, since then nothing
            can be resampled.
        n: The number of identities.
    """

    mean: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """Return plain numbers."""
        return asdict(self)


def bootstrap(
    values: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
    statistic: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Interval:
    """Return a statistic of identities' values with its 95% bootstrap interval.

    The same n and seed draw the same identities: intervals of a difference between two methods are paired.

    Args:
        values: (n,) or (n, d), one row an identity, n at least 1, finite.
        draws: The number of resamples of the identities.
        seed: The seed of the draws.
        statistic: Turns means over identities (draws,) or (draws, d) into (draws,); None keeps the mean itself.

    Raises:
        ValueError: If there is no value, or one is not finite.
    """
    values = np.asarray(values, np.float64)
    if len(values) == 0 or not np.isfinite(values).all():
        raise ValueError(f"a mean needs at least one value, and finite ones; got {len(values)} values")
    n = len(values)
    means = weights_of_draws(n, draws, seed) @ values
    point = values.mean(0, keepdims=True)
    if statistic is not None:
        means, point = statistic(means), statistic(point)
    return around(float(point[0]), means, n)


@lru_cache(maxsize=4)
def weights_of_draws(n: int, draws: int, seed: int) -> np.ndarray:
    """Return how much each of n identities weighs in each draw: (draws, n), rows sum to 1."""
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws) / n
    weights.setflags(write=False)
    return weights


def around(estimate: float, drawn: np.ndarray, n: int) -> Interval:
    """Return an estimate with the 95% interval that its draws (draws,) span.

    A distance of a resampled mean is too large on average: that bias is measured and subtracted.
    """
    low, high = np.quantile(drawn - drawn.mean() + estimate, [0.025, 0.975])
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate), n)
