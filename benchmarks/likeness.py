"""How often the likeness guard is right in the studio, with the project's own judge.

    .venv/bin/python -m benchmarks.likeness

Results that stayed the user's face, and faces that became the creator's. Statistic and thresholds are chosen on
validation people of the studio, the demo set's creators' looks among them; all else is measured on others. What lies in
`metrics/studio_judge.py` is put there by hand: the record has both. Photographs: `benchmarks.likeness_photographs`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.destination import Destination, add_destination
from benchmarks.likeness_material import DONOR, FACE, MORPHS, TRUTH, WHOLE, Cell, morph, studio_cells
from benchmarks.machine import ran_on
from influencer_style.faces.align import CropTransform
from influencer_style.metrics import likeness
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.studio_judge import StudioJudge, load_studio_judge
from influencer_style.studio.population import CREATOR_LOOKS
from influencer_style.stylist.likeness_guard import LikenessGuard

VALIDATION, TEST = ((401,), (402,)), ((411, 0), (411, 1))  # other people than anything else in the project
CREATORS, USERS = 12, 24  # of either
THRESHOLD = StudioJudge.scale.threshold
FALSE_ALARMS = 0.01  # wanted, of people truly in a look
OWN = "the creator's own photo"
WRONG = (*map(morph, MORPHS), DONOR, FACE)
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def _cosine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(-1)


# Other statistics of the embeddings of result, photo and creator.
RIVALS: dict[str, Statistic] = {
    "similarity to the creator": lambda result, _photo, face: _cosine(result, face),
    "more similar to the creator than to the user": lambda result, photo, face: _cosine(result, face - photo),
    "more similar to the creator than the photo was": lambda result, photo, face: _cosine(result - photo, face),
    "no longer similar to the user": lambda result, photo, _face: -_cosine(result, photo),
    "way gone": likeness.way_gone,
}


def measured(cells: Iterable[Cell], judge: IdentityJudge) -> pd.DataFrame:
    """Return a row for each result: `cell`, `look`, `kind`, `user`, each rival, and the guard's figure by `profile` and
    `one photo`."""
    parts = []
    for number, cell in enumerate(cells):
        photos, face = judge.embed(cell.photos), cell.creators["profile"].face.numpy()
        pairs = {kind: (judge.embed(shown), photos, cell.users) for kind, shown in cell.results.items()}
        before, after = (judge.embed(shown) for shown in cell.own)
        pairs[OWN] = after, before, np.full(len(before), number)
        for kind, (results, own, users) in pairs.items():
            figures = {name: statistic(results, own, face) for name, statistic in RIVALS.items()}
            figures |= {name: likeness.likeness(results, own, known) for name, known in cell.creators.items()}
            parts.append(pd.DataFrame({"cell": number, "look": cell.look, "kind": kind, "user": users} | figures))
    return pd.concat(parts, ignore_index=True)


def rate(rows: pd.DataFrame, name: str, threshold: float) -> dict[str, float]:
    """Return the share of results above a threshold, with its interval over users."""
    told = bootstrap((rows[name] > threshold).groupby(rows["user"]).mean().to_numpy()).as_dict()
    return {part: round(max(value, 0), 4) for part, value in told.items()}  # an interval's end may lie just below 0


def guard_figures(found: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return how often the guard speaks of each kind of result, and how well these are told from the user's own."""
    kinds = dict(iter(found.groupby("kind", sort=False)))
    legitimate = pd.concat([kinds[kind] for kind in (WHOLE, TRUTH)])
    figures: dict[str, Any] = {}
    for kind, rows in kinds.items():
        figures[kind] = {
            "alarms": rate(rows, name, THRESHOLD),
            "median": round(float(rows[name].median()), 3),
        }
        if kind in WRONG:
            figures[kind]["auc"] = _auc(legitimate[name], rows[name])
    return figures


def by_look(found: pd.DataFrame) -> dict[str, Any]:
    """Return for each of the demo set's looks how often results that are the user's raise an alarm."""
    rows = found[found["kind"].isin((WHOLE, TRUTH)) & found["look"].isin(list(CREATOR_LOOKS))]
    return {
        look: {kind: rate(part, "profile", THRESHOLD) for kind, part in own.groupby("kind", sort=False)}
        for look, own in rows.groupby("look", sort=False)
    }


def rivals(found: pd.DataFrame) -> dict[str, Any]:
    """Return each statistic's AUC, and what it finds at a threshold that 1 of 100 true results are beyond."""
    kinds = dict(iter(found.groupby("kind", sort=False)))
    figures = {}
    for name in (*RIVALS, "profile"):
        true = kinds[TRUTH][name]
        threshold = true.quantile(1 - FALSE_ALARMS)
        figures[name] = {
            kind: {
                "auc": _auc(true, kinds[kind][name]),
                "found": round(float((kinds[kind][name] > threshold).mean()), 3),
            }
            for kind in (morph(0.5), DONOR, FACE)
            if kind in kinds
        }
    return figures


def chosen(found: pd.DataFrame) -> dict[str, float]:
    """Return the threshold, and what a single photo's look explains, as validation people would have them."""
    true = found[found["kind"] == TRUTH]
    threshold = true["profile"].quantile(1 - FALSE_ALARMS)
    by_photo = true["one photo"].quantile(1 - FALSE_ALARMS) + StudioJudge.scale.explained_by_a_photo
    return {"threshold": round(float(threshold), 3), "explained_by_a_photo": round(float(by_photo - threshold), 3)}


def processor_milliseconds(judge: IdentityJudge, repeats: int = 15) -> dict[str, float]:
    """Return what the guard takes of one processor for one face, median, by the photo's longer side."""
    guard, found = LikenessGuard(), {}
    for side in (1024, 4000):
        photo = np.random.default_rng(0).integers(0, 256, (side * 3 // 4, side, 3), np.uint8)
        creators = {"look": likeness.of_photo(judge, photo[:256, :256])}
        place = CropTransform(side / 2, side * 3 / 8, side / 2)
        times = []
        for _ in range(repeats + 1):
            start = time.process_time()
            guard.examine(creators, photo, photo, [place])
            times.append(1000 * (time.process_time() - start))
        found[f"{side} px"] = round(float(np.median(times[1:])), 1)
    return found


def _auc(legitimate: pd.Series, wrong: pd.Series) -> float:
    truth = np.repeat([0, 1], [len(legitimate), len(wrong)])
    return round(float(roc_auc_score(truth, np.concatenate([legitimate, wrong]))), 4)


def main() -> None:
    """Measure, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_destination(parser)
    options = parser.parse_args()
    judge = load_studio_judge()
    validation = measured(studio_cells(VALIDATION, CREATORS, USERS, True, judge), judge)
    test = measured(studio_cells(TEST, CREATORS, USERS, False, judge), judge)
    record: dict[str, Any] = {
        "what": "the likeness guard: how often it speaks, of results that stayed the user's face and of others",
        "ran_on": ran_on(),
        "judge": judge.sha256,
        "plan": {"creators": CREATORS, "users": USERS, "false_alarms_wanted": FALSE_ALARMS},
        "chosen_on_validation_people": chosen(validation),
        "in_the_code": asdict(judge.scale),
        "processor_milliseconds": processor_milliseconds(judge),
        "studio": {name: guard_figures(test, name) for name in ("profile", "one photo")},
        "validation_by_look": by_look(validation),
        "studio_rivals": rivals(test),
    }
    Destination.of(options).keep("likeness", record)
    print(json.dumps(record["chosen_on_validation_people"]))


if __name__ == "__main__":
    main()
