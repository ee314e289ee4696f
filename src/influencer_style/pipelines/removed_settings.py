"""Settings of trainings that earlier releases had: a parameter file that still has one is told what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REMOVED = {
    "most_seconds": "trainings end after `steps`, so that the same seed gives the same model; remove most_seconds, "
    "and set fewer steps where a training takes too long",
}


def refuse_removed_settings(settings: Mapping[str, Any]) -> None:
    """Check that a table of a training's settings has none that was removed.

    Raises:
        ValueError: naming the setting and the remedy.
    """
    for name, remedy in _REMOVED.items():
        if name in settings:
            raise ValueError(f"{name} was removed: {remedy}")
