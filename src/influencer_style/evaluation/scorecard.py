"""The scorecard: every method against the known truth, or, without it, against the creators' photos."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from influencer_style.evaluation.figures import BOOTSTRAP, Bootstrap, Methods, Row, rows_of
from influencer_style.evaluation.likeness_trial import LikenessFigures
from influencer_style.evaluation.scoring import figures_of
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.set_scores import set_scores

MAIN_METRICS = ("delta_e", "ssim", "psnr", "structure", "look_accuracy", "identity", "diversity")
REGION_METRICS = tuple(f"delta_e_{region}" for region in REGIONS)
# What needs no truth; distances to the creator's own photos mean something for that creator alone.
REAL_METRICS = (
    "gram_distance", "kid", "structure_to_input", "delta_e_to_input", "identity", "identity_leak", "memorisation",
)  # fmt: skip


class About(BaseModel):
    """Facts about the model and the data behind the figures.

    Attributes:
        model: The model's fingerprints, and its generator and encoder in words.
        looks: The creator of each look.
        thin_looks: A notice for each look that was learnt from few photos.
        size: The side in pixels at which everything was scored.
        identity_judge: The judge of identity, in words.
        judge_of_photographs: Whether that judge was trained on photographs rather than on drawn people.
        identity_threshold: The cosine below which the judge of identity sees two people.
        population: The people that looks are measured against, in words.
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
    photos support is absent; its `n` says how many there were.

    Attributes:
        about: Facts about the model and the data.
        transfer: With truth, figures by method over all looks.
        paired: With truth, the generator less each other method, on the people whom both have restyled.
        creators: With truth, figures by look and method.
        real: Without truth, figures by look and method.
        likeness: The likeness guard's figures.
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

    Args:
        scores: The figures of every single case, from `score_cases`.
        cases: The cases themselves.
        encoder: The style encoder.
        looks: The looks.
        about: Facts about the model and the data.
        bootstrap: How intervals are drawn.
    """
    of_sets, overall = set_scores(cases, encoder, looks, bootstrap.draws, bootstrap.seed)
    names = figures_of(scores)

    def of_people(rows: pd.DataFrame, names: list[str]) -> dict[str, pd.DataFrame]:
        people = rows.groupby(["method", "person"])[names].mean()
        return {method: people.loc[[method]].droplevel("method") for method in cases.methods}

    by_look = {
        look: _joined(_summed(of_people(scores[scores["look"] == look], names), bootstrap), of_sets[look])
        for look in cases.looks
    }
    if not cases.truth:
        return Scorecard(about=about, real=by_look)
    people = of_people(scores, [name for name in names if name != "memorisation"])
    less = {method: people["generator"] - other for method, other in people.items() if method != "generator"}
    return Scorecard(
        about=about,
        transfer=_joined(_summed(people, bootstrap), overall),
        paired=_summed(less, bootstrap),
        creators=by_look,
    )


def _summed(people: Mapping[str, pd.DataFrame], bootstrap: Bootstrap) -> Methods:
    """Sum up figures, by method a row for each person and a column for each metric."""
    return {
        method: {
            str(name): bootstrap.of(shown.to_numpy())
            for name, values in figures.items()
            if len(shown := values.dropna())  # who shows nothing of a region has no figure for it
        }
        for method, figures in people.items()
    }


def _joined(one: Methods, other: Methods) -> Methods:
    return {method: one.get(method, {}) | other.get(method, {}) for method in one | other}
