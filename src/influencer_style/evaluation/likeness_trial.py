"""The likeness guard tried on the test users: what it says of their results, and of faces on the way to the creator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.likeness import THRESHOLD, likeness

SHARES = (0.25, 0.5, 0.75, 1.0)  # of the creator's face in a blend


def morph(share: float) -> str:
    """Return the name of results that are blended with a photo of the creator."""
    return f"morph_{round(100 * share)}"


def try_guard(cases: Cases, looks: LookProfiles, judge: IdentityJudge) -> pd.DataFrame:
    """Return how far each result, and each blend of it with the creator's photos, has become the creator.

    Blends are of face crops, which lie on each other roughly: what a generator would do that lets the creator's face
    through. Photos that nothing was learnt from come first, and each person meets another.

    Args:
        cases: the test users' results.
        looks: with what they keep of the creators' faces; looks that keep nothing of use to `judge` are passed over.
        judge: makes the embeddings.

    Returns:
        a row for each: `look`, `person` (row of the cases), `kind` (`generator`, `oracle` where known, `morph_25` to
        `morph_100`) and `likeness`, above `likeness.THRESHOLD` an alarm.
    """
    parts = []
    photos = judge.embed(cases.scored("input", cases.looks[0]))
    for look in cases.looks:
        creator = looks[look].likeness
        if creator is None or creator.judge != judge.sha256:
            continue
        results, own = cases.scored("generator", look), cases.held_out[look]
        own = own if len(own) else cases.creators[look]
        donors = own[np.arange(len(results)) % len(own)]
        kinds = {"generator": results} | ({"oracle": cases.scored("oracle", look)} if cases.oracle else {})
        kinds |= {morph(a): np.round(results * (1 - a) + donors * a).astype(np.uint8) for a in SHARES}
        for kind, pictures in kinds.items():
            found = likeness(judge.embed(pictures), photos, creator)
            told = {"look": look, "person": range(len(found)), "kind": kind, "likeness": found}
            parts.append(pd.DataFrame(told))
    return (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["look", "person", "kind", "likeness"])
    )


def likeness_section(trial: pd.DataFrame, draws: int = 2000, seed: int = 0) -> dict[str, Any]:
    """Return the scorecard's section: `overall.<kind>.<metric>` and `creators.<look>.<kind>.<metric>`.

    Metrics are `likeness` and `alarms`, the share of results that raise one. Each figure is {mean, low, high, n}: 95%
    bootstrap intervals over people.
    """
    rows = trial.assign(alarms=(trial["likeness"] > THRESHOLD).astype(float))

    def summed(part: pd.DataFrame) -> dict[str, Any]:
        return {
            kind: {
                name: bootstrap(values.to_numpy(), draws, seed).as_dict()
                for name, values in own.groupby("person")[["likeness", "alarms"]].mean().items()
            }
            for kind, own in part.groupby("kind", sort=False)
        }

    return {"overall": summed(rows), "creators": {look: summed(own) for look, own in rows.groupby("look", sort=False)}}
