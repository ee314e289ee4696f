"""The scorecard: every method against the known truth, or, without it, against the creators' photos."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from influencer_style.evaluation.likeness_trial import LikenessFigures
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.intervals import BOOTSTRAP, Bootstrap, Methods, Row, rows_of
from influencer_style.metrics.set_scores import set_scores

MAIN_METRICS = ("delta_e", "ssim", "psnr", "structure", "look_accuracy", "identity", "diversity")
REGION_METRICS = tuple(f"delta_e_{region}" for region in REGIONS)
# What needs no truth; distances to the creator's own photos mean something for that creator alone.
REAL_METRICS = (
    "gram_distance", "kid", "structure_to_input", "delta_e_to_input", "identity", "identity_leak", "memorisation",
)  # fmt: skip


class About(BaseModel):
    """Facts about the model and the data behind the figures.

    `model` has the model's fingerprints, and its generator and encoder in words, `looks` the creator of each look,
    `thin_looks` a notice for each look that was learnt from few photos. `size` is the side in pixels at which
    everything was scored, `identity_judge` the judge of identity in words, `judge_of_photographs` whether it was
    trained on photographs, `identity_threshold` the cosine below which it sees two people, `population`
    says in words whom looks are measured against.
    """

    model_config = ConfigDict(frozen=True)
    model: dict[str, str]
    looks: dict[str, str] = {}
    thin_looks: list[str] = []
    test_users: int
    size: int
    identity_judge: str
    judge_of_photographs: bool
    identity_threshold: float
    source: str
    users_are_studio: bool
    population: str = ""
    versions: dict[str, str]


class Scorecard(BaseModel):
    """Each method's figures, with 95% bootstrap intervals over people.

    Among the methods of a look are `held_out` and `real_floor`, see `set_scores`. A figure that too few people or
    photos support is absent; its `n` says how many there were. With truth there are `transfer` (by method over all
    looks), `paired` (the generator less each other method, on the people whom both have restyled) and `creators` (by
    look and method); without it there is `real` (by look and method). `likeness` has the likeness guard's figures.
    """

    model_config = ConfigDict(frozen=True)
    about: About
    transfer: Methods | None = None
    paired: Methods | None = None
    creators: dict[str, Methods] | None = None
    real: dict[str, Methods] | None = None
    likeness: LikenessFigures | None = None

    @property
    def by_look(self) -> dict[str, Methods]:
        """Figures by look and method, with truth or without."""
        return self.creators or self.real or {}

    def as_dict(self) -> dict[str, object]:
        """Return plain data, each figure as {mean, low, high, n}; a section that does not apply is left out."""
        return self.model_dump(exclude_none=True)

    def rows(self) -> pd.DataFrame:
        """Return a table: `scope`, `look` (empty: all looks), `method`, `metric`, `mean`, `low`, `high`, `n`."""
        rows: list[Row] = []
        for scope, methods in (("transfer", self.transfer), ("paired", self.paired)):
            rows += rows_of(methods or {}, scope=scope, look="")
        for scope, looks in (("creators", self.creators), ("real", self.real)):
            for look, methods in (looks or {}).items():
                rows += rows_of(methods, scope=scope, look=look)
        return pd.DataFrame(rows)

    def headline(self) -> dict[str, float]:
        """Return the main means over all looks as `<metric>.<method>`: what two runs are compared by."""
        if self.transfer is not None:
            sections, metrics = [self.transfer], (*MAIN_METRICS, *REGION_METRICS)
        else:
            sections, metrics = list(self.by_look.values()), (*REAL_METRICS, "diversity")
        found: dict[str, list[float]] = {}
        for methods in sections:
            for method, figures in methods.items():
                for metric in metrics:
                    if metric in figures:
                        found.setdefault(f"{metric}.{method}", []).append(figures[metric].mean)
        return {name: float(np.mean(values)) for name, values in found.items()}

    def best_baseline(self) -> str:
        """Return the method without training that comes nearest to the truth, of those that have restyled everybody.

        Without truth it is `population_mkl`, the best one wherever truth was known: the distance of Gram matrices alone
        rewards copying a creator's hair and rooms.
        """
        if self.transfer is None:
            return "population_mkl"
        figures = {method: found["delta_e"] for method, found in self.transfer.items()}
        everybody = figures.pop("generator").n
        rivals = {method: f.mean for method, f in figures.items() if method != "oracle" and f.n == everybody}
        return min(rivals, key=rivals.__getitem__)


def assemble_scorecard(
    scores: pd.DataFrame,
    cases: Cases,
    encoder: StyleEncoder,
    looks: LookProfiles,
    about: About,
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Scorecard:
    """Return the scorecard of a model, still without the likeness guard's figures.

    `scores` has the figures of every single case, from `score_cases`.
    """
    of_sets, overall = set_scores(cases, encoder, looks, bootstrap.draws, bootstrap.seed)
    names = [name for name in scores.columns if name not in ("photo_id", "person", "look", "method")]

    def of_people(rows: pd.DataFrame, names: list[str]) -> dict[str, pd.DataFrame]:
        people = rows.groupby(["method", "person"])[names].mean()
        return {method: people.loc[[method]].droplevel("method") for method in cases.methods}

    def summed(people: dict[str, pd.DataFrame], sets: Methods) -> Methods:
        own = {method: bootstrap.of_columns(rows) for method, rows in people.items()}
        return {method: own.get(method, {}) | sets.get(method, {}) for method in own | sets}

    by_look = {look: summed(of_people(scores[scores["look"] == look], names), of_sets[look]) for look in cases.looks}
    if not cases.truth:
        return Scorecard(about=about, real=by_look)
    people = of_people(scores, [name for name in names if name != "memorisation"])
    less = {method: people["generator"] - other for method, other in people.items() if method != "generator"}
    return Scorecard(about=about, transfer=summed(people, overall), paired=summed(less, {}), creators=by_look)
