"""The judges of identity and of looks, which no generator is ever trained by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influencer_style.metrics.cases import Cases
from influencer_style.metrics.identity import IdentityJudge, load_identity_judge
from influencer_style.metrics.look_judge import LookJudge, fit_look_judge


@dataclass(frozen=True)
class Judges:
    """The judges of identity and of looks, made once a run.

    Attributes:
        identity: The judge that comes with the project.
        looks: A look judge for the cases' even people and one for the odd: neither has seen the people it judges.
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
    """Load the identity judge, and fit the look judges to the creators' training photos and unstyled people.

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

    return Judges(load_identity_judge(), (fitted(1), fitted(0)))
