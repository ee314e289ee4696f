"""How often the likeness guard is right on photographs, by the face embedding and by the project's own judge.

    python -m benchmarks.likeness_photographs --photos FOLDER --nobodies FOLDER [--yunet FILE] [--creators 28]

Both judges see the same pictures. The threshold of each is the one that 1 of 100 results that stayed the user's lie
beyond, on one part of the people (nobodies/dev, and every other one of nobodies/sfhq); all rates are of other people
(real portraits, and the rest of sfhq) at that threshold. What lies in the code is put there by hand: the record has
both.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.destination import Destination, add_destination
from benchmarks.likeness import RIVALS, processor_milliseconds
from benchmarks.likeness_photographs_material import OWN, TRUTH, WHOLE, Cell, cells
from benchmarks.machine import ran_on
from benchmarks.nobodies import VARIABLE, face_crops
from benchmarks.real_photos.photos import find_portraits
from influencer_style.metrics.face_embedding import load_face_judge
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.likeness import likeness
from influencer_style.metrics.studio_judge import load_studio_judge

FALSE_ALARMS = 0.01
STRANGERS = 0.001  # the share of pairs of strangers above the cosine that counts as one person
GUARD = "the guard"


def measured(found: list[Cell], judge: IdentityJudge) -> pd.DataFrame:
    """Return a row for each result: `creator`, `user`, `look`, `kind`, the guard's figure and its rivals."""
    parts = []
    for cell in found:
        known, photos = cell.likeness(judge), judge.embed(cell.photos)
        face = known.face.numpy()
        for kind, (rows, results) in cell.results.items():
            before, after = photos[rows], judge.embed(results)
            figures = {name: statistic(after, before, face) for name, statistic in RIVALS.items()}
            figures[GUARD] = likeness(after, before, known)
            labels = {"creator": cell.creator, "user": cell.users[rows], "look": cell.look, "kind": kind}
            parts.append(pd.DataFrame(labels | figures | {"explained": known.explained}))
    return pd.concat(parts, ignore_index=True)


def strangers(judge: IdentityJudge, crops: np.ndarray) -> dict[str, float]:
    """Return quantiles of the cosines of pairs of people."""
    embedded = judge.embed(crops)
    cosines = (embedded @ embedded.T)[np.triu_indices(len(crops), 1)]
    quantiles = {"median": 0.5, "1 of 100 above": 0.99, "1 of 1000 above": 1 - STRANGERS}
    return {name: round(float(np.quantile(cosines, share)), 3) for name, share in quantiles.items()}


def threshold_of(rows: pd.DataFrame, name: str) -> float:
    """Return what a share `FALSE_ALARMS` of the results that stayed the user's lie beyond."""
    return float(rows.loc[rows["kind"].isin((WHOLE, TRUTH)), name].quantile(1 - FALSE_ALARMS))


def rates(rows: pd.DataFrame, name: str, threshold: float) -> dict[str, Any]:
    """Return the share of results of each kind above a threshold, with intervals over creators, and the AUC."""
    stayed = rows.loc[rows["kind"].isin((WHOLE, TRUTH)), name]
    figures: dict[str, Any] = {}
    for kind, own in rows.groupby("kind", sort=False):
        share = bootstrap((own[name] > threshold).groupby(own["creator"]).mean().to_numpy()).as_dict()
        figures[str(kind)] = {key: round(max(value, 0), 4) for key, value in share.items()}
        figures[str(kind)]["median"] = round(float(own[name].median()), 3)
        if kind not in (WHOLE, TRUTH, OWN):
            truth = np.repeat([0, 1], [len(stayed), len(own)])
            figures[str(kind)]["auc"] = round(float(roc_auc_score(truth, np.concatenate([stayed, own[name]]))), 4)
    return figures


def of_judge(judge: IdentityJudge, parts: list[list[Cell]], people: list[np.ndarray]) -> dict[str, Any]:
    """Return a judge's section of the record."""
    choosing, reporting = (measured(found, judge) for found in parts)
    code, explained = judge.scale.threshold, choosing["explained"]
    threshold = threshold_of(choosing, GUARD)
    true = reporting[reporting["kind"].isin((WHOLE, TRUTH))]
    return {
        "judge": judge.name,
        "sha256": judge.sha256,
        "threshold_chosen": round(threshold, 3),
        "threshold_in_the_code": code,
        "strangers_cosine": {"chosen by": strangers(judge, people[0]), "others": strangers(judge, people[1])},
        "explained": {"mean": float(explained.mean()), "most": float(explained.max())},
        "at_the_threshold_in_the_code": rates(reporting, GUARD, code),
        "at_the_threshold_chosen": rates(reporting, GUARD, threshold),
        "false_alarms_by_look": {str(look): float((own[GUARD] > code).mean()) for look, own in true.groupby("look")},
        "rivals": {
            name: {kind: row["mean"] for kind, row in rates(reporting, name, threshold_of(choosing, name)).items()}
            for name in RIVALS
        },
    }


def main() -> None:
    """Measure, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", default=os.environ.get("INFLUENCER_STYLE_PHOTOS", ""), help="real portraits")
    parser.add_argument("--nobodies", default=os.environ.get(VARIABLE, ""), help="folder with dev and sfhq")
    parser.add_argument("--yunet", default=os.environ.get("INFLUENCER_STYLE_YUNET", ""), help="YuNet's model file")
    parser.add_argument("--creators", type=int, default=28, help="creators of either part")
    add_destination(parser)
    options = parser.parse_args()
    detector = "yunet" if options.yunet else "lbp"
    real = find_portraits(options.photos, detector, options.yunet, 256, ["edge"]).crops
    drawn = face_crops("sfhq", 256, options.nobodies)
    people = [
        np.concatenate([face_crops("dev", 256, options.nobodies), drawn[::2]]),
        np.concatenate([real, drawn[1::2]]),
    ]
    parts = [list(cells(crops, options.creators, seed)) for seed, crops in enumerate(people)]
    judges = {"face_embedding": load_face_judge(), "studio_judge": load_studio_judge()}
    record = {
        "what": "the likeness guard on photographs: how often it speaks, by either judge, of the same pictures",
        "ran_on": ran_on(),
        "plan": {
            "people": {"threshold chosen by": len(people[0]), "rates of": len(people[1]), "real portraits": len(real)},
            "creators": options.creators,
            "false_alarms_wanted": FALSE_ALARMS,
            "pictures": {kind: len(shown) * options.creators for kind, (_, shown) in parts[1][0].results.items()},
        },
        "processor_milliseconds": {name: processor_milliseconds(judge) for name, judge in judges.items()},
    }
    record |= {name: of_judge(judge, parts, people) for name, judge in judges.items()}
    Destination.of(options).keep("likeness_photographs", record)
    print(json.dumps({name: record[name]["threshold_chosen"] for name in judges}))


if __name__ == "__main__":
    main()
