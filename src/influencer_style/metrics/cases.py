"""The cases that are judged: test users in every look, and the photos that methods may use."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from influencer_style.looks.pixels import shrink
from influencer_style.metrics.baselines import METHODS


class CasesError(ValueError):
    """The crops and the model do not fit each other, or hold nobody to judge."""


@dataclass(frozen=True)
class Cases:
    """The pictures that are judged, uint8 sRGB. All stacks that show the users have the same people in the same rows.

    Attributes:
        photo_ids: (n) the photo_ids of the test users.
        inputs: (n, s, s, 3), the users' face crops.
        results: What the generator made of them, by look, (n, s, s, 3).
        truth: The same people truly in the look, by look; empty if unknown.
        oracle: The same look with its other variation, by look: as near as one can come; empty if unknown.
        creators: Training photos of each look's creator, (m, size, size, 3), by look; `examples` has a typical one, (s,
            s, 3), `held_out` those that nothing has learnt from, (k, size, size, 3); k may be 0.
        population: Portraits of unstyled people, none of them a test user, (p, size, size, 3).
        size: Side in pixels at which everything is scored.
        baselines: What each method without training made of the first k people, by method and look, (k, size, size, 3);
            k is n, except for methods that take long.
        regions: Soft masks uint8 (n, s, s) of skin, lips, eyes, hair and background in the users' crops, 255 is the
            region; empty if unknown.
    """

    photo_ids: list[str]
    looks: list[str]
    inputs: np.ndarray
    results: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]
    oracle: dict[str, np.ndarray]
    creators: dict[str, np.ndarray]
    examples: dict[str, np.ndarray]
    held_out: dict[str, np.ndarray]
    population: np.ndarray
    size: int
    baselines: dict[str, dict[str, np.ndarray]]
    regions: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def methods(self) -> list[str]:
        """The methods that have results, the generator first."""
        return ["generator", *self.baselines] + (["oracle"] if self.oracle else [])

    def scored(self, method: str, look: str) -> np.ndarray:
        """Return the scored pictures of a method, `truth` or `input`: uint8 (k, size, size, 3), the first k people."""
        if method in self.baselines:
            return self.baselines[method][look]
        return shrink(self._stack(method, look), self.size)

    def masks(self) -> dict[str, np.ndarray]:
        """Return by region where it has more than half of a pixel at the size of scoring, bool (n, size, size)."""
        return {name: shrink(mask, self.size) > 127 for name, mask in self.regions.items()}

    def pictures(self, method: str, look: str, size: int, people: list[int] | None = None) -> np.ndarray:
        """Return pictures to show: what a method makes of people, uint8 (n, size, size, 3).

        `method` is `generator`, `oracle`, `truth`, `input` or one of `baselines.METHODS`, `size` at most that of the
        inputs; `people` are rows, None everybody.
        """
        stack = self._stack(method, look)
        small = shrink(stack if people is None else stack[people], size)
        return METHODS[method](small, self.creators[look], self.population) if method in METHODS else small

    def _stack(self, kind: str, look: str) -> np.ndarray:
        stacks = {"generator": self.results, "truth": self.truth, "oracle": self.oracle}
        return stacks[kind][look] if kind in stacks else self.inputs
