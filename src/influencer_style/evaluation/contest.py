"""Two generators compared: the same people in the same looks, measured in the same way.

The people are of the validation split: no generator was trained on them, and no figure of the scorecard uses them.
Where the truth about the looks is not known, known looks are laid on photos of users, and learnt from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.evaluation.expectation import kind_of_set
from influencer_style.evaluation.gather import known_pictures, large_enough, rows_of
from influencer_style.examples.photographs import LEAST_PEOPLE
from influencer_style.faces.store import FaceStore
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.identity import identity_kept
from influencer_style.metrics.intervals import BOOTSTRAP, Bootstrap, Interval
from influencer_style.metrics.judges import choose_judge
from influencer_style.metrics.structure import structure, truth_measures
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops
from influencer_style.training.transfer.trials import KindOfSet, People, at_resolution, known_look_errors

KNOWN_LOOKS = "known_looks"  # the metric that is of no creator's look: it is compared over all alone
_TRIALS = 24  # known looks for each kind of set


@dataclass(frozen=True)
class Panel:
    """The people that generators are measured on, and the side in pixels at which everything is scored.

    Pictures are uint8 sRGB. `inputs` are the validation users' face crops, (n, s, s, 3), `truth` by look the same
    people truly in it, `masks` by region bool (n, size, size); both are empty if not known. `population` are the face
    crops of other users, (m, s, s, 3), and `kinds` says by look what kind of set shows it.
    """

    inputs: np.ndarray
    truth: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    population: np.ndarray
    kinds: dict[str, KindOfSet]
    size: int


# The measurements of a generator: by look and metric one number for each person, (n,), NaN where a person shows nothing
# of a region.
Measured = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Difference:
    """A metric's means for challenger and champion, and the first less the second with its interval over people.

    `look` is empty for the mean over looks.
    """

    metric: str
    look: str
    challenger: float
    champion: float
    less: Interval


def seat_panel(faces: FaceStore, truths: FaceStore, looks: LookProfiles, size: int, most_people: int) -> Panel:
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
    population = faces.pixels(rows_of(faces, role="user", split="train"))
    return Panel(
        inputs,
        known_pictures(truths, "truth", photo_ids, looks.names),
        {name: shrink(np.ascontiguousarray(masks[..., 0]), size) > 127 for name, masks in regions.items()},
        population,
        {look: kind_of_set(looks, look, len(population)) for look in looks.names},
        size,
    )


def measure(bundle: TransferBundle, panel: Panel, title: str) -> Measured:
    """Measure a generator on the panel.

    By the truth, which identity is held against, too; or, without it, by how much of each person is left, and by the
    truth about known looks, where there are 12 users or more to lay them on.
    """
    judge = choose_judge(drawn=bool(panel.truth))
    inputs = shrink(panel.inputs, panel.size)
    unchanged = judge.embed(inputs)
    known = {} if panel.truth else _known_looks(bundle, panel)
    figures: dict[str, dict[str, np.ndarray]] = {}
    for look in tqdm(panel.kinds, desc=title, unit="look"):
        results = shrink(restyle_crops(bundle, panel.inputs, look), panel.size)
        if panel.truth:
            truth = shrink(panel.truth[look], panel.size)
            found = truth_measures(results, truth, panel.masks)
            # A look itself moves an embedding: held against the photo, a generator that does nothing would win.
            who = judge.embed(truth)
        else:
            found = {"structure_to_input": structure(results, inputs)}
            who = unchanged
        if panel.kinds[look] in known:
            found = found | {KNOWN_LOOKS: known[panel.kinds[look]]}
        figures[look] = found | {"identity": identity_kept(judge.embed(results), who)}
    return figures


def _known_looks(bundle: TransferBundle, panel: Panel) -> dict[KindOfSet, np.ndarray]:
    """Return how far a generator's results are from known looks, by kind of set, (n,) for each person of the panel."""
    if len(panel.population) < LEAST_PEOPLE:
        return {}
    resolution = bundle.generator.config.resolution
    people = People.of(bundle.encoder, panel.population, resolution)
    tested = at_resolution(panel.inputs, resolution)
    return {
        kind: known_look_errors(bundle.generator, people, tested, kind, _TRIALS) for kind in set(panel.kinds.values())
    }


def differences(challenger: Measured, champion: Measured, bootstrap: Bootstrap = BOOTSTRAP) -> list[Difference]:
    """Compare person by person: every metric over all looks, then look by look.

    Both have measured the same panel. Intervals are over people.
    """
    found = []
    looks = list(challenger)
    for part in ["", *looks]:
        shown = looks if part == "" else [part]
        for metric in challenger[looks[0]]:
            if part and metric == KNOWN_LOOKS:
                continue
            # The mean over the looks that are known; pandas does not warn if none is.
            ours, theirs = (
                pd.DataFrame([one[look][metric] for look in shown]).mean().to_numpy() for one in (challenger, champion)
            )
            present = np.isfinite(ours - theirs)  # a person who shows nothing of a region has no figure for it
            if present.any():
                ours, theirs = ours[present], theirs[present]
                less = bootstrap.of(ours - theirs)
                found.append(Difference(metric, part, float(ours.mean()), float(theirs.mean()), less))
    return found
