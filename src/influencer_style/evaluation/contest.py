"""Two generators compared: the same people in the same looks, measured in the same way.

The people are of the validation split: no generator was trained on them, and no figure of the scorecard uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.evaluation.gather import known_pictures, large_enough, rows_of
from influencer_style.faces.store import FaceStore
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.identity import identity_kept
from influencer_style.metrics.intervals import BOOTSTRAP, Bootstrap, Interval
from influencer_style.metrics.judges import choose_judge
from influencer_style.metrics.kid import LEAST_PHOTOS, LEAST_PICTURES, kid_difference, kid_features
from influencer_style.metrics.structure import structure, truth_measures
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops


@dataclass(frozen=True)
class Panel:
    """The people that generators are measured on, and the side in pixels at which everything is scored.

    Pictures are uint8 sRGB. `inputs` are the validation users' face crops, (n, s, s, 3), `truth` by look the same
    people truly in it, `masks` by region bool (n, size, size); both are empty if not known. `photos` holds by look
    validation photos of its creator, (m, size, size, 3); m may be 0.
    """

    inputs: np.ndarray
    truth: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    photos: dict[str, np.ndarray]
    size: int


@dataclass(frozen=True)
class Measured:
    """The measurements of a generator.

    `figures` has by look and metric one number for each person, (n,), NaN where a person shows nothing of a region;
    `features` by look those of the results, (n, f), see `kid.kid_features`.
    """

    figures: dict[str, dict[str, np.ndarray]]
    features: dict[str, np.ndarray]


@dataclass(frozen=True)
class Difference:
    """A metric's means for challenger and champion, and the first less the second with its interval over people.

    `look` is empty for the mean over looks. The means are None for `kid`, where only the difference is known well.
    """

    metric: str
    look: str
    challenger: float | None
    champion: float | None
    less: Interval


def seat_panel(faces: FaceStore, truths: FaceStore, looks: list[str], size: int, most_people: int) -> Panel:
    """Gather at most `most_people` validation users, and what is known of them in the looks.

    Raises CasesError if there is no validation user, the crops are smaller than `size`, or the truth is missing for
    some.
    """
    users = rows_of(faces, role="user", split="validation").head(most_people)
    if users.empty:
        raise CasesError(
            "no user is in the validation split; give ingestion.users more portraits that show one clear face"
        )
    inputs = large_enough(faces, users, size, "promotion.size")
    photo_ids = users["photo_id"].tolist()
    regions = known_pictures(truths, "regions", photo_ids, list(REGIONS))
    own = {look: rows_of(faces, role="creator", slug=look, split="validation") for look in looks}
    return Panel(
        inputs,
        known_pictures(truths, "truth", photo_ids, looks),
        {name: shrink(np.ascontiguousarray(masks[..., 0]), size) > 127 for name, masks in regions.items()},
        {look: shrink(faces.pixels(rows), size) for look, rows in own.items()},
        size,
    )


def measure(bundle: TransferBundle, panel: Panel, title: str) -> Measured:
    """Measure a generator on the panel: by the truth, or, without it, by how much of each person is left."""
    judge = choose_judge(drawn=bool(panel.truth))
    inputs = shrink(panel.inputs, panel.size)
    who = judge.embed(inputs)
    figures, features = {}, {}
    for look in tqdm(panel.photos, desc=title, unit="look"):
        results = shrink(restyle_crops(bundle, panel.inputs, look), panel.size)
        if panel.truth:
            found = truth_measures(results, shrink(panel.truth[look], panel.size), panel.masks)
        else:
            found = {"structure_to_input": structure(results, inputs)}
        figures[look] = found | {"identity": identity_kept(judge.embed(results), who)}
        features[look] = kid_features(results)
    return Measured(figures, features)


def differences(
    challenger: Measured, champion: Measured, photos: Mapping[str, np.ndarray], bootstrap: Bootstrap = BOOTSTRAP
) -> list[Difference]:
    """Compare person by person: every metric over all looks, then look by look.

    Both have measured the same panel. `photos` are the creators' by look, see `Panel`; `kid` is compared for looks that
    have enough of them. Intervals are over people (and photos).
    """
    found = []
    looks = list(challenger.figures)
    own = {look: kid_features(shown) for look, shown in photos.items() if len(shown) >= LEAST_PHOTOS}
    for part in ["", *looks]:
        shown = looks if part == "" else [part]
        for metric in challenger.figures[looks[0]]:
            # The mean over the looks that are known; pandas does not warn if none is.
            ours, theirs = (
                pd.DataFrame([one.figures[look][metric] for look in shown]).mean().to_numpy()
                for one in (challenger, champion)
            )
            present = np.isfinite(ours - theirs)  # a person who shows nothing of a region has no figure for it
            if present.any():
                ours, theirs = ours[present], theirs[present]
                less = bootstrap.of(ours - theirs)
                found.append(Difference(metric, part, float(ours.mean()), float(theirs.mean()), less))
        judged = [look for look in shown if look in own]
        if judged and len(challenger.features[looks[0]]) >= LEAST_PICTURES:
            sets = [[one.features[look] for look in judged] for one in (challenger, champion)]
            less = kid_difference(sets[0], sets[1], [own[look] for look in judged], bootstrap.draws, bootstrap.seed)
            found.append(Difference("kid", part, None, None, less))
    return found
