"""What scorecards are made of: figures with their intervals, by metric and method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influencer_style.metrics.intervals import Interval, bootstrap

Figures = dict[str, Interval]  # by metric
Methods = dict[str, Figures]  # by method, or by way of drawing portraits
Row = dict[str, str | float]  # of a scorecard's table


@dataclass(frozen=True)
class Bootstrap:
    """How 95% intervals are drawn.

    Attributes:
        draws: The number of draws.
        seed: The seed of the draws.
    """

    draws: int = 2000
    seed: int = 0

    def of(self, values: np.ndarray) -> Interval:
        """Return the mean of `values` (n,), one for each person or picture, with its interval."""
        return bootstrap(values, self.draws, self.seed)


BOOTSTRAP = Bootstrap()


def rows_of(methods: Methods, method_column: str = "method", **labels: str) -> list[Row]:
    """Return a row for each figure: the labels, the method, `metric`, `mean`, `low`, `high`, `n`."""
    return [
        {**labels, method_column: method, "metric": metric, **figure.as_dict()}
        for method, figures in methods.items()
        for metric, figure in figures.items()
    ]
