"""What each method makes of the test people, against the truth."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.photographic_grades import GRADES, Grade
from benchmarks.real_photos.skin import BANDS as TONES
from benchmarks.real_photos.skin import skin_bands
from benchmarks.real_photos.splits import Split, rotate
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.baselines import METHODS, Method, do_nothing
from influencer_style.metrics.colour import to_lab
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.structure import truth_measures
from influencer_style.photos.parallel import map_bounded

BANDS = {"subtle": (0.0, 4.0), "middle": (4.0, 8.0), "bold": (8.0, float("inf"))}
_MEASURES = ("delta_e", "ssim", "chroma", "cast")
_GREY = 4.0  # chroma below which a pixel of the unstyled photo is grey
_LEAST_GREY = 30  # pixels
_SHOWN = 2


@dataclass(frozen=True)
class Plan:
    """How the benchmark is run.

    Attributes:
        size: side in pixels at which everything is scored, and at which baselines work.
        rotations: groups of people, each the test once.
        repeats: of all rotations, with other people in each group: which photos teach a look matters.
        teachers: graded photos of other people that each look is learnt from.
        seed: of the split.
        draws: of the bootstrap.
        population: photos of unstyled people that looks are measured against; 0 is all that are left.
    """

    size: int = 128
    rotations: int = 3
    repeats: int = 3
    teachers: int = 10
    seed: int = 0
    draws: int = 2000
    population: int = 0


@dataclass
class Scores:
    """What was measured.

    Attributes:
        values: by measure and method, (grades, photos, repeats): of each photo as a test photo.
        people: (photos,) whose they are.
        grades: the grades' names.
        skin: (people,) the band of each person's skin tone, see `skin`; None where there are too few people.
        shown: by grade, rows of pictures by name (`input`, `truth`, then methods), uint8 (size, size, 3).
    """

    values: dict[str, dict[str, np.ndarray]]
    people: np.ndarray
    grades: list[str]
    skin: np.ndarray | None = None
    shown: dict[str, list[dict[str, np.ndarray]]] = field(default_factory=dict)

    @property
    def bands(self) -> dict[str, list[str]]:
        """The grades of each band, by what doing nothing scores on these photos: under 4, 4 to 8, above 8."""
        means = np.nanmean(self.values["delta_e"]["do_nothing"], (1, 2))
        return {
            band: [name for name, mean in zip(self.grades, means, strict=True) if low <= mean < high]
            for band, (low, high) in BANDS.items()
        }

    def summary(self, draws: int = 2000) -> dict[str, Any]:
        """Return each method's scores: `all`, `bands.<band>`, `grades.<grade>`, `skin.<band>` over all grades.

        Each has delta_e, ssim, ratio, chroma and cast. `ratio` is the mean colour difference over doing nothing's,
        `chroma` the mean chroma of the results, and `cast` how far what is grey in the unstyled photo is off the
        neutral axis (mean a* and b* of a photo), both in CIELAB; it is absent where nobody shows anything grey. All
        come with 95% bootstrap intervals over people; a person's photos count as one, and a band as the mean of its
        grades. Bands without a grade are absent. `repeats` are the ratios over all grades of each repeat alone: the
        intervals do not know how much it matters which photos teach a look, and these say it.
        """
        columns = {name: [i] for i, name in enumerate(self.grades)}
        bands = {band: [self.grades.index(g) for g in names] for band, names in self.bands.items() if names}

        def of(method: str, rows: list[int], some: slice | np.ndarray = slice(None)) -> dict[str, Any]:
            own, nothing = (self._of_people("delta_e", name, rows)[some] for name in (method, "do_nothing"))
            pairs = np.stack([own, nothing], 1)[np.isfinite(own)]
            found = {"ratio": bootstrap(pairs, draws, statistic=lambda mean: mean[:, 0] / mean[:, 1])}
            for measure in _MEASURES:
                values = self._of_people(measure, method, rows)[some]
                if np.isfinite(values).any():  # nobody may show anything grey
                    found[measure] = bootstrap(values[np.isfinite(values)], draws)
            return {name: interval.as_dict() for name, interval in found.items()}

        every = list(range(len(self.grades)))
        tones = None if self.skin is None else {name: self.skin == i for i, name in enumerate(TONES)}
        return {
            method: {
                "all": of(method, every),
                "repeats": self._ratio_of_repeats(method),
                "bands": {band: of(method, rows) for band, rows in bands.items()},
                "grades": {name: of(method, rows) for name, rows in columns.items()},
            }
            | ({} if tones is None else {"skin": {name: of(method, every, who) for name, who in tones.items()}})
            for method in self.values["delta_e"]
        }

    def _ratio_of_repeats(self, method: str) -> list[float]:
        rows = list(range(len(self.grades)))
        own, nothing = (self._of_people("delta_e", name, rows, each_repeat=True) for name in (method, "do_nothing"))
        return (np.nanmean(own, 0) / np.nanmean(nothing, 0)).tolist()

    def _of_people(self, measure: str, method: str, rows: list[int], each_repeat: bool = False) -> np.ndarray:
        """Return each person's mean over grades: (people,), or (people, repeats)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a photo may show nothing grey: its cast is NaN
            photos = np.nanmean(self.values[measure][method][rows], 0)
            people = np.stack([np.nanmean(photos[self.people == person], 0) for person in np.unique(self.people)])
            return people if each_repeat else np.nanmean(people, 1)


def score(
    crops: np.ndarray,
    people: np.ndarray,
    plan: Plan = Plan(),
    methods: Mapping[str, Method] = METHODS,
    full_size_methods: Mapping[str, Method] | None = None,
    grades: Mapping[str, Grade] = GRADES,
    rotations: int = 0,
) -> Scores:
    """Let every method learn each grade from graded photos of other people, and compare its results with the truth.

    Args:
        crops: face crops of unstyled photos, uint8 (n, s, s, 3), s at least `plan.size`.
        people: (n,) whose they are.
        plan: how to run.
        methods: baselines and other callables that work at the scoring size; doing nothing is always among them.
        full_size_methods: callables that work on the crops at their own size; their results are shrunk.
        grades: the looks.
        rotations: how many of the plan's are run; 0 is all.

    Raises:
        ValueError: when the crops are smaller than the scoring size.
        PhotosError: when there are too few people.
    """
    if crops.shape[1] < plan.size:
        raise ValueError(f"crops have {crops.shape[1]} px, less than the {plan.size} px they are to be scored at")
    methods = {"do_nothing": do_nothing, **methods}
    full_size_methods = full_size_methods or {}
    small = shrink(crops, plan.size)
    names = list(grades)
    empty = {name: np.full((len(names), len(crops), plan.repeats), np.nan) for name in (*methods, *full_size_methods)}
    values = {m: {k: v.copy() for k, v in empty.items()} for m in _MEASURES}
    scores = Scores(values, np.asarray(people), names, skin_bands(crops, np.asarray(people)))
    splits = rotate(scores.people, names, plan.rotations, plan.repeats, plan.teachers, plan.seed, plan.population)
    splits = [split for split in splits if split.rotation < (rotations or plan.rotations)]

    def judge(split: Split) -> None:
        graded = {"test": crops[split.test], "teachers": crops[split.teachers]}
        graded = {part: np.stack([grades[split.look](crop) for crop in rows]) for part, rows in graded.items()}
        truth, teachers = (shrink(graded[part], plan.size) for part in ("test", "teachers"))
        results = {
            name: method(small[split.test], teachers, small[split.population]) for name, method in methods.items()
        }
        for name, method in full_size_methods.items():
            large = method(crops[split.test], graded["teachers"], crops[split.population])
            results[name] = shrink(large, plan.size)
        for name, result in results.items():
            measured = truth_measures(result, truth, {}) | _colourfulness(result, small[split.test])
            for measure in _MEASURES:
                row = scores.values[measure][name][names.index(split.look)]
                row[split.test, split.repeat] = measured[measure]
        _show(scores, split, plan, {"input": small[split.test], "truth": truth} | results)

    judged = map_bounded(judge, splits, min(4, os.cpu_count() or 1))
    deque(tqdm(judged, total=len(splits), desc="Grading, learning, scoring", unit="look"), maxlen=0)
    return scores


def _colourfulness(results: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """Return of results the mean `chroma`, and the `cast` of what is grey in the inputs, (n,) each."""
    lab, before = to_lab(results)[..., 1:], to_lab(inputs)[..., 1:]
    grey = np.hypot(*np.moveaxis(before, -1, 0)) < _GREY
    count = grey.sum((1, 2))
    mean = (lab * grey[..., None]).sum((1, 2)) / np.maximum(count, 1)[:, None]
    cast = np.where(count >= _LEAST_GREY, np.hypot(*mean.T), np.nan)
    return {"chroma": np.hypot(*np.moveaxis(lab, -1, 0)).mean((1, 2)), "cast": cast}


def _show(scores: Scores, split: Split, plan: Plan, pictures: Mapping[str, np.ndarray]) -> None:
    """Keep some people of one rotation for the sheet, other ones for each grade."""
    number = scores.grades.index(split.look)
    if (split.repeat, split.rotation) != (0, number % plan.rotations):
        return
    count = len(split.test)
    rows = [(number * _SHOWN + i) % count for i in range(min(_SHOWN, count))]
    scores.shown[split.look] = [{name: stack[row] for name, stack in pictures.items()} for row in rows]
