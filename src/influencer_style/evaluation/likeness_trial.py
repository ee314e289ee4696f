"""The likeness guard tried on the test users: on their results, and on blends of these with the creator's face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import BOOTSTRAP, Bootstrap, Methods
from influencer_style.metrics.judges import judge_that_made
from influencer_style.metrics.likeness import likeness

SHARES = (0.25, 0.5, 0.75, 1.0)  # of the creator's face in a blend


@dataclass(frozen=True)
class LikenessFigures:
    """The guard's figures by kind of result, over all looks and by look.

    They are `likeness`, and `alarms`, the share of results that raise one.
    """

    overall: Methods
    creators: dict[str, Methods]


def morph(share: float) -> str:
    """Return the name of results that are blended with a photo of the creator."""
    return f"morph_{round(100 * share)}"


def try_guard(
    cases: Cases, looks: LookProfiles, made: Callable[[str], IdentityJudge | None] = judge_that_made
) -> pd.DataFrame:
    """Return how much each result, and each blend of it with the creator's photos, has become the creator.

    Blends overlay face crops, which are roughly aligned: they show what a generator would do that lets the creator's
    face through. Each person is blended with another photo; photos that nothing was learnt from are preferred. Looks
    that keep no face are skipped, and those whose judge is not on this machine (`made` returns the judge with a digest,
    or None). There is a row for each result: `look`, `person` (the row of the cases), `kind` (`generator`, `oracle`
    where known, `morph_25` to `morph_100`), `likeness`, `threshold` (above it, the likeness is an alarm) and `judge`
    (its name).
    """
    parts = [pd.DataFrame(columns=["look", "person", "kind", "likeness", "threshold", "judge"])]
    inputs = cases.scored("input", cases.looks[0])
    kept = [looks[look].likeness for look in cases.looks]
    judges = {digest: made(digest) for digest in {one.judge for one in kept if one}}
    photos = {digest: judge.embed(inputs) for digest, judge in judges.items() if judge}
    for look in cases.looks:
        creator = looks[look].likeness
        judge = judges[creator.judge] if creator else None
        if creator is None or judge is None:
            continue
        results, own = cases.scored("generator", look), cases.held_out[look]
        own = own if len(own) else cases.creators[look]
        donors = own[np.arange(len(results)) % len(own)]
        kinds = {"generator": results} | ({"oracle": cases.scored("oracle", look)} if cases.oracle else {})
        kinds |= {morph(a): np.round(results * (1 - a) + donors * a).astype(np.uint8) for a in SHARES}
        for kind, pictures in kinds.items():
            found = likeness(judge.embed(pictures), photos[creator.judge], creator)
            rows = {"look": look, "person": range(len(found)), "kind": kind, "likeness": found}
            parts.append(pd.DataFrame(rows | {"threshold": judge.scale.threshold, "judge": judge.name}))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def likeness_section(trial: pd.DataFrame, bootstrap: Bootstrap = BOOTSTRAP) -> LikenessFigures:
    """Sum a trial up, with 95% bootstrap intervals over people."""
    rows = trial.assign(alarms=(trial["likeness"] > trial["threshold"]).astype(float))

    def summed(part: pd.DataFrame) -> Methods:
        kinds = part.groupby("kind", sort=False)
        means = {str(kind): own.groupby("person")[["likeness", "alarms"]].mean() for kind, own in kinds}
        return {kind: bootstrap.of_columns(people) for kind, people in means.items()}

    return LikenessFigures(summed(rows), {str(look): summed(own) for look, own in rows.groupby("look", sort=False)})
