"""How sure a mean is: bootstrap intervals over identities (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Interval:
    """An estimate `mean`, its 95% interval from `low` to `high`, and the number `n` of identities behind it.

    For one identity both ends are the mean, since nothing can be resampled.
    """

    mean: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """Return plain numbers."""
        return asdict(self)

    def text(self, digits: str) -> str:
        """Return `mean (low to high)`, each formatted as `digits` says."""
        return f"{self.mean:{digits}} ({self.low:{digits}} to {self.high:{digits}})"


Figures = dict[str, Interval]  # by metric
Methods = dict[str, Figures]  # by method, or by way of drawing portraits
Row = dict[str, str | float]  # of a scorecard's table


def bootstrap(
    values: np.ndarray, draws: int = 2000, seed: int = 0, statistic: Callable[[np.ndarray], np.ndarray] | None = None
) -> Interval:
    """Return a statistic of identities' values with its 95% bootstrap interval.

    The same n and seed draw the same identities: intervals of a difference between two methods are paired. `values` are
    (n,) or (n, d), one row an identity; none at all, or one that is not finite, raises ValueError. `statistic` turns
    means over identities (draws,) or (draws, d) into (draws,); None keeps the mean itself.
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


@dataclass(frozen=True)
class Bootstrap:
    """The number and the seed of the draws of 95% intervals."""

    draws: int = 2000
    seed: int = 0

    def of(self, values: np.ndarray) -> Interval:
        """Return the mean of `values` (n,), one for each person or picture, with its interval."""
        return bootstrap(values, self.draws, self.seed)

    def of_columns(self, people: pd.DataFrame) -> Figures:
        """Return the figure of each column, over the rows (people) that have a value, of whom there may be none."""
        columns = {str(name): values.dropna().to_numpy() for name, values in people.items()}
        return {name: self.of(values) for name, values in columns.items() if len(values)}


BOOTSTRAP = Bootstrap()


def rows_of(methods: Methods, method_column: str = "method", **labels: str) -> list[Row]:
    """Return a row for each figure: the labels, the method, `metric`, `mean`, `low`, `high`, `n`."""
    return [
        {**labels, method_column: method, "metric": metric, **figure.as_dict()}
        for method, figures in methods.items()
        for metric, figure in figures.items()
    ]


def require_finite(*features: np.ndarray) -> None:
    """Raise ValueError if a feature is NaN or infinite."""
    if not all(np.isfinite(rows).all() for rows in features):
        raise ValueError("features must be finite; look for NaN in the pictures' features")
