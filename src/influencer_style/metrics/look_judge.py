"""Which look a picture is taken for: a small classifier on features of its own, for this set of looks only.

It is a sanity check and no more: a look is mostly colour, so that any method which copies a set's colours passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from influencer_style.metrics.colour import lab_thumbnails
from influencer_style.metrics.kid import octaves

UNSTYLED = ""
_SIDE = 64
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_ZONES = 5
_MOST_EXAMPLES = 1024


@dataclass(frozen=True)
class LookJudge:
    """The result of `fit_look_judge`: a scikit-learn pipeline over `look_features`, and its looks."""

    looks: tuple[str, ...]
    classifier: Pipeline

    def takes_for(self, pictures: np.ndarray, look: str) -> np.ndarray:
        """Return which pictures are taken for this look, rather than for any other or none: bool (n,).

        `pictures` are uint8 sRGB (n, s, s, 3), s at least 32; others, and a look that the judge was not fitted to,
        raise ValueError.
        """
        if look not in self.looks:
            raise ValueError(f"the look judge was not fitted to {look!r}, but to {', '.join(self.looks)}")
        return np.zeros(0, bool) if len(pictures) == 0 else self.classifier.predict(look_features(pictures)) == look


def fit_look_judge(creators: Mapping[str, np.ndarray], population: np.ndarray, seed: int = 0) -> LookJudge:
    """Fit a logistic regression that separates each look from the others and from unstyled portraits.

    A creator is one person, and the judge must not learn that person. So each photo's features are also combined with
    the differences of unstyled people from their mean: then the classes scatter as people do. Photos are uint8 sRGB (m,
    s, s, 3); if a class has more than 1024 pairs of photo and person, 1024 are drawn by `seed`. Raises ValueError if
    there is no look, a look or the population has no photo, or a look has no name.
    """
    classes = {UNSTYLED: population} | dict(creators)
    if not creators or len(classes) != len(creators) + 1:
        raise ValueError("the look judge needs at least one look, and every look a name")
    if empty := [name or "the unstyled population" for name, photos in classes.items() if len(photos) == 0]:
        raise ValueError(f"the look judge needs at least one photo of each class; it has none of: {', '.join(empty)}")
    rng = np.random.default_rng(seed)
    measured = {name: look_features(photos) for name, photos in classes.items()}
    people = measured[UNSTYLED] - measured[UNSTYLED].mean(0)
    features, labels = [], []
    for name, own in measured.items():
        photo, person = (part.ravel() for part in np.indices((len(own), len(people))))
        drawn = rng.permutation(len(photo))[:_MOST_EXAMPLES]
        features.append(own[photo[drawn]] + people[person[drawn]])
        labels += [name] * len(drawn)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=3000))
    return LookJudge(tuple(creators), classifier.fit(np.concatenate(features), labels))


def look_features(pictures: np.ndarray) -> np.ndarray:
    """Return features (n, 60), float32, of the looks of pictures, measured by hand.

    Pictures are uint8 sRGB (n, s, s, 3), s at least 32; others raise ValueError. Colour at 64 px: quantiles of L, a and
    b over the whole, the middle (the face) and the rim (hair and room); the mean a and b of the five fifths of
    luminance (split toning). Then how dark the corners are, and how strong luminance is in each of four octaves (grain,
    blur).
    """
    rows = [_measure(lab) for lab in lab_thumbnails(pictures, _SIDE)]
    return np.stack(rows) if rows else np.zeros((0, 60), np.float32)


def _measure(lab: np.ndarray) -> np.ndarray:
    middle = np.zeros((_SIDE, _SIDE), bool)
    middle[_SIDE // 4 : -_SIDE // 4, _SIDE // 3 : -_SIDE // 3] = True
    rim = np.ones((_SIDE, _SIDE), bool)
    rim[: -_SIDE // 8, _SIDE // 8 : -_SIDE // 8] = False
    parts = [np.quantile(part, _QUANTILES, axis=0).ravel() for part in (lab.reshape(-1, 3), lab[middle], lab[rim])]
    ordered = lab.reshape(-1, 3)[np.argsort(lab[:, :, 0], axis=None, kind="stable")]
    parts += [zone[:, 1:].mean(0) for zone in np.array_split(ordered, _ZONES)]
    light = np.ascontiguousarray(lab[:, :, 0])
    ends = np.r_[: _SIDE // 4, -_SIDE // 4 : 0]
    parts.append(np.array([light[np.ix_(ends, ends)].mean() - light.mean()]))
    # the median strength is that of grain: edges, which are few, hardly move it
    parts.append(np.log([np.median(np.abs(band)) + 0.05 for band in octaves(light)]))
    return np.concatenate(parts).astype(np.float32)
