"""Two generators held against each other: the same people in the same looks, measured alike.

They are people of the validation split: nobody was trained on them, and no figure of the scorecard rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.evaluation.gather import known_pictures, large_enough
from influencer_style.faces.store import FaceStore
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.identity import identity_kept, load_identity_judge
from influencer_style.metrics.intervals import Interval, bootstrap
from influencer_style.metrics.kid import LEAST_PHOTOS, LEAST_PICTURES, kid_difference, kid_features
from influencer_style.metrics.structure import structure, truth_measures
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops


@dataclass(frozen=True)
class Panel:
    """Whom generators are measured on. Pictures are uint8 sRGB.

    Attributes:
        inputs: (n, s, s, 3), validation users' face crops.
        truth: by look, the same people truly in it, (n, s, s, 3); empty where that is not known.
        masks: by region, where it is at the size of scoring, bool (n, size, size); empty where not known.
        photos: by look, validation photos of its creator, (m, size, size, 3); m may be 0.
        size: side in pixels at which everything is scored.
    """

    inputs: np.ndarray
    truth: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    photos: dict[str, np.ndarray]
    size: int


@dataclass(frozen=True)
class Measured:
    """What was measured of a generator.

    Attributes:
        figures: by look and metric, (n,) one number a person; NaN where somebody shows nothing of a region.
        features: by look, (n, f), see `kid.kid_features`.
    """

    figures: dict[str, dict[str, np.ndarray]]
    features: dict[str, np.ndarray]


@dataclass(frozen=True)
class Difference:
    """A metric of a challenger and of a champion.

    Attributes:
        metric: its name.
        look: the look; empty for the mean over looks.
        challenger, champion: the means; None for `kid`, of which the difference alone is known well.
        less: challenger less champion, with its interval over people.
    """

    metric: str
    look: str
    challenger: float | None
    champion: float | None
    less: Interval


def seat_panel(faces: FaceStore, truths: FaceStore, looks: list[str], size: int, most_people: int) -> Panel:
    """Gather the validation users, and what is known of them in the looks.

    Raises:
        CasesError: when there is no validation user, the crops are smaller than `size`, or truth is missing for some.
    """
    kept = faces.kept
    users = kept[(kept["role"] == "user") & (kept["split"] == "validation")].sort_values("photo_id").head(most_people)
    if users.empty:
        raise CasesError(
            "no user is in the validation split; give ingestion.users more portraits that show one clear face"
        )
    inputs = large_enough(faces, users, size, "promotion.size")
    photo_ids = users["photo_id"].tolist()
    regions = known_pictures(truths, "regions", photo_ids, list(REGIONS))
    photos = {}
    for look in looks:
        own = kept[(kept["role"] == "creator") & (kept["slug"] == look) & (kept["split"] == "validation")]
        photos[look] = shrink(faces.pixels(own.sort_values("photo_id")), size)
    return Panel(
        inputs,
        known_pictures(truths, "truth", photo_ids, looks),
        {name: shrink(np.ascontiguousarray(masks[..., 0]), size) > 127 for name, masks in regions.items()},
        photos,
        size,
    )


def measure(bundle: TransferBundle, panel: Panel, title: str) -> Measured:
    """Let a generator restyle the panel; measure results by the truth, or, without it, by what is left of people."""
    judge = load_identity_judge()
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
    challenger: Measured, champion: Measured, photos: Mapping[str, np.ndarray], draws: int = 2000, seed: int = 0
) -> list[Difference]:
    """Compare, person by person: every metric over all looks, then look by look.

    Args:
        challenger, champion: of the same panel.
        photos: by look, see `Panel`. `kid`, over all looks and look by look, is there for looks that have enough.
        draws, seed: of the bootstrap over people (and photos).
    """
    found = []
    looks = list(challenger.figures)
    own = {look: kid_features(shown) for look, shown in photos.items() if len(shown) >= LEAST_PHOTOS}
    for part in ["", *looks]:
        shown = looks if part == "" else [part]
        for metric in challenger.figures[looks[0]]:
            both = (challenger, champion)
            ours, theirs = (_over_looks([one.figures[look][metric] for look in shown]) for one in both)
            present = np.isfinite(ours - theirs)  # who shows nothing of a region has no figure for it
            if present.any():
                ours, theirs = ours[present], theirs[present]
                less = bootstrap(ours - theirs, draws, seed)
                found.append(Difference(metric, part, float(ours.mean()), float(theirs.mean()), less))
        judged = [look for look in shown if look in own]
        if judged and len(challenger.features[looks[0]]) >= LEAST_PICTURES:
            sets = ([one.features[look] for look in judged] for one in (challenger, champion))
            less = kid_difference(*sets, [own[look] for look in judged], draws, seed)
            found.append(Difference("kid", part, None, None, less))
    return found


def _over_looks(figures: list[np.ndarray]) -> np.ndarray:
    return pd.DataFrame(figures).mean().to_numpy()  # over those that are known, without a warning where none is
