"""Figures as records hold them: four places are more than they are sure of."""

from __future__ import annotations

import statistics
from typing import Any


def rounded(value: Any) -> Any:
    """Return the same, every float in it to four places."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(value, 4) if isinstance(value, float) else value


def spread(values: list[float]) -> dict[str, float]:
    """Return median, least and most of figures, of which there is at least one."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
