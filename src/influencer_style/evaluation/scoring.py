"""Every method measured on every case: one row for each person, look and method."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.evaluation.judges import Judges
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.identity import identity_kept, identity_leak
from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.memorisation import nearest
from influencer_style.metrics.structure import structure, truth_measures


def score_cases(cases: Cases, judges: Judges) -> pd.DataFrame:
    """Measure every method on every case.

    Args:
        cases: the pictures.
        judges: of identity and of looks.

    Returns:
        a row for each person, look and method that there is a result of: `photo_id`, `person` (its row in the cases),
        `look`, `method`, and the figures. Where truth is known: those of `regions.truth_measures` and `look_accuracy`
        (1 where the look judge takes it for the look, else 0); else `structure_to_input` and `delta_e_to_input`, what
        is left of the photo. Always: `identity` (cosine to the input, 1 is the same person), `identity_leak` (> 0: has
        become more like the creator) and `memorisation` (distance to the nearest training photo).
    """
    masks, inputs = cases.masks(), cases.scored("input", cases.looks[0])
    who = judges.identity.embed(inputs)
    parts = []
    for look in tqdm(cases.looks, desc="Scoring", unit="look"):
        creator = judges.identity.embed(cases.creators[look])
        training = kid_features(cases.creators[look])
        truth = cases.scored("truth", look) if cases.truth else None
        for method in cases.methods:
            results = cases.scored(method, look)
            n = len(results)
            if truth is None:
                values = _kept(results, inputs[:n])
            else:
                values = truth_measures(results, truth[:n], {name: mask[:n] for name, mask in masks.items()})
                values |= {"look_accuracy": judges.takes_for(results, look).astype(np.float64)}
            people = judges.identity.embed(results)
            values |= {
                "identity": identity_kept(people, who[:n]),
                "identity_leak": identity_leak(people, who[:n], creator),
                "memorisation": nearest(kid_features(results), training),
            }
            whose = {"photo_id": cases.photo_ids[:n], "person": range(n), "look": look, "method": method}
            parts.append(pd.DataFrame(whose | values))
    return pd.concat(parts, ignore_index=True)


def figures_of(scores: pd.DataFrame) -> list[str]:
    """Return which columns of the scores hold figures."""
    return [name for name in scores.columns if name not in ("photo_id", "person", "look", "method")]


def _kept(results: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
    return {"structure_to_input": structure(results, inputs), "delta_e_to_input": delta_e(results, inputs)}
