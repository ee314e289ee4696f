"""Every method measured on every case, by judges of identity and looks that no generator is ever trained by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.metrics.cases import Cases
from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.identity import IdentityJudge, identity_kept, identity_leak
from influencer_style.metrics.judges import choose_judge
from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.look_judge import LookJudge, fit_look_judge
from influencer_style.metrics.memorisation import nearest
from influencer_style.metrics.structure import structure, truth_measures


@dataclass(frozen=True)
class Judges:
    """The judges of identity and of looks, made once a run.

    There is a look judge for the cases' even people and one for the odd: neither has seen the people it judges.
    """

    identity: IdentityJudge
    looks: tuple[LookJudge, LookJudge]

    def takes_for(self, results: np.ndarray, look: str) -> np.ndarray:
        """Return which results, uint8 (n, s, s, 3) of the cases' first n people, are taken for the look: bool (n,)."""
        taken = np.zeros(len(results), bool)
        for parity, judge in enumerate(self.looks):
            taken[parity::2] = judge.takes_for(results[parity::2], look)
        return taken


def appoint_judges(cases: Cases, seed: int = 0) -> Judges:
    """Choose the judge of identity, and fit the look judges to the creators' training photos and unstyled people.

    A creator is one person in few rooms, and a judge that knows nobody else in the look takes the person for the look.
    So each of the two judges also sees one half of the test users, in their photos and, if the truth is known, as they
    truly are in each look; it judges the other half.
    """
    photos = cases.scored("input", cases.looks[0])
    truth = {look: cases.scored("truth", look) for look in cases.looks} if cases.truth else {}

    def fitted(parity: int) -> LookJudge:
        shown = dict(cases.creators)
        for look, pictures in truth.items():
            shown[look] = np.concatenate([shown[look], pictures[parity::2]])
        return fit_look_judge(shown, np.concatenate([cases.population, photos[parity::2]]), seed)

    return Judges(choose_judge(drawn=bool(cases.truth)), (fitted(1), fitted(0)))


def score_cases(cases: Cases, judges: Judges) -> pd.DataFrame:
    """Measure every method on every case.

    Returns a row for each person, look and method with a result: `photo_id`, `person` (its row in the cases), `look`,
    `method`, and the figures. With truth: those of `truth_measures` and `look_accuracy` (1 if the look judge takes it
    for the look, else 0). Without: `structure_to_input` and `delta_e_to_input`, how much of the photo is left. Always:
    `identity` (cosine to the input, 1 is the same person), `identity_leak` (> 0: has become more like the creator) and
    `memorisation` (distance to the nearest training photo).
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
                values = {
                    "structure_to_input": structure(results, inputs[:n]),
                    "delta_e_to_input": delta_e(results, inputs[:n]),
                }
            else:
                values = truth_measures(results, truth[:n], {name: mask[:n] for name, mask in masks.items()})
                values |= {"look_accuracy": judges.takes_for(results, look).astype(np.float64)}
            people = judges.identity.embed(results)
            values |= {
                "identity": identity_kept(people, who[:n]),
                "identity_leak": identity_leak(people, who[:n], creator),
                "memorisation": nearest(kid_features(results), training),
            }
            labels = {"photo_id": cases.photo_ids[:n], "person": range(n), "look": look, "method": method}
            parts.append(pd.DataFrame(labels | values))
    return pd.concat(parts, ignore_index=True)
