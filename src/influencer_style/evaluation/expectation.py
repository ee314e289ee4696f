"""What can be expected of a look, before anybody sees a result: known looks are laid on the users' own photos.

No truth about the creator is needed, but photos of enough users: see `training.transfer.trials`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.examples.colour_questions import LEAST_POPULATION, TESTED
from influencer_style.examples.photographs import LEAST_PEOPLE
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.style_code import StyleCode
from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.intervals import BOOTSTRAP, Bootstrap, Interval, bootstrap
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.transfer.trials import KindOfSet, People, Trials, differences, restyled, try_looks

_TRIALS = 60
_PHOTOS = (1, 2, 3, 5, 7, 10, 14, 20, 28, 40)  # of a set, so that looks share trials; more tell hardly more
_ONE_PERSON = 0.25  # what a set's photos share, above which they are taken to be one person's
_ALIKE = 0.4  # how near in size (deviation of the logarithm) other looks' changes must be to count
_CHANCE = 0.8  # share of the trials without a look whose change must be smaller
_MUCH_LOST = 0.8


@dataclass(frozen=True)
class Expectation:
    """What can be expected of a look.

    Attributes:
        photos: Photos of the creator.
        people: Users whom the look is compared with.
        change: How much the generator changes users' photos, mean CIEDE2000; NaN where there are too few users.
        lost: The share of the look's change that is lost, from 0 (none) up, for looks of colour and tone that change
            photos about as much; None where there are too few users.
        notice: What the user should know, in a sentence; empty where there is nothing.
    """

    photos: int
    people: int
    change: float
    lost: Interval | None
    notice: str = ""

    @property
    def sentence(self) -> str:
        """What can be expected, in words."""
        counts = f"with {_counted(self.photos, 'photo')} and {_counted(self.people, 'user')}"
        if self.lost is None:
            return f"{counts}: {self.notice}"
        lost = f"about {self.lost.mean:.0%} ({self.lost.low:.0%} to {self.lost.high:.0%}) of the change is lost"
        return f"{counts}: {lost}{self.notice and f'; {self.notice}'}"


def expect(
    generator: TransferGenerator,
    encoder: StyleEncoder,
    looks: LookProfiles,
    users: np.ndarray,
    trials: int = _TRIALS,
    intervals: Bootstrap = BOOTSTRAP,
) -> tuple[Mapping[str, Expectation], Mapping[str, Interval]]:
    """Return what can be expected of each look, and what share of known looks each method loses.

    The methods are the generator and those without training, over all trials; none where there are too few users.

    Args:
        generator: The generator, on the CPU.
        encoder: The encoder that described the looks.
        looks: The creators' looks.
        users: Face crops of the unstyled people whom looks are compared with, uint8 (n, s, s, 3), one of each person.
        trials: Random looks for each size of set.
        intervals: Draws and seed of the intervals, over trials.
    """
    if len(users) < LEAST_PEOPLE:
        notice = f"nothing can be said, because that takes {LEAST_PEOPLE} users; give ingestion.users more portraits"
        counts = {look: looks[look].statistics.count for look in looks.names}
        return {look: Expectation(count, len(users), np.nan, None, notice) for look, count in counts.items()}, {}
    people = People.of(encoder, users, generator.config.resolution)
    kinds = {look: kind_of_set(looks, look, len(users)) for look in looks.names}
    kept = {
        kind: try_looks(generator, people, kind, trials, METHODS)
        for kind in tqdm(sorted(set(kinds.values())), desc="Trying known looks on users' photos", unit="size")
    }
    found = {}
    for look in looks.names:
        some = people.images[: 2 * TESTED]
        change = differences(restyled(generator, some, looks.code(look)), some)
        found[look] = _expectation(kept[kinds[look]], change, looks[look].statistics.count, len(users), intervals)
    truth = np.concatenate([tried.truth for tried in kept.values()])
    errors = {"generator": [tried.error for tried in kept.values()]}
    errors |= {name: [tried.others[name] for tried in kept.values()] for name in METHODS}
    ranked = {name: _lost(np.concatenate(parts), truth, intervals) for name, parts in errors.items()}
    return found, dict(sorted(ranked.items(), key=lambda item: item[1].mean))


def _lost(error: np.ndarray, truth: np.ndarray, intervals: Bootstrap) -> Interval:
    """Return the share of looks that is lost, over trials."""
    pairs = np.stack([error, truth], 1)
    return bootstrap(pairs, intervals.draws, intervals.seed, lambda means: means[:, 0] / means[:, 1].clip(1e-6))


def _expectation(trials: Trials, change: float, photos: int, people: int, intervals: Bootstrap) -> Expectation:
    apart = (np.log(trials.size + 0.1) - np.log(change + 0.1)) / _ALIKE
    # Looks beyond all that were tried are compared with the nearest ones.
    weights = np.exp(-0.5 * (apart**2 - (apart**2).min()))
    lost = _lost(weights * trials.error, weights * trials.truth, intervals)
    notice = ""
    if (trials.blank < change).mean() < _CHANCE:
        notice = "this look can't be told from chance: photos without any look often change users as much"
    elif lost.mean > _MUCH_LOST:
        notice = "that is most of it; more photos, and more users, tell more"
    return Expectation(photos, people, change, lost, notice)


def kind_of_set(looks: LookProfiles, look: str, people: int) -> KindOfSet:
    """Return what a look's photos are like, as far as trials on so many people can be like them."""
    given, shared = looks[look].statistics.count, float(StyleCode(looks.code(look)).shared)
    count = min(_PHOTOS, key=lambda photos: abs(np.log(photos / given)))
    one_person = shared > _ONE_PERSON and count > 1
    return KindOfSet(count if one_person else min(count, people - TESTED - LEAST_POPULATION), one_person)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def as_table(expectations: Mapping[str, Expectation]) -> pd.DataFrame:
    """Return a row for each look: `look`, the numbers of its expectation, and its `sentence`."""
    rows = []
    for look, found in expectations.items():
        share = found.lost or Interval(np.nan, np.nan, np.nan, 0)
        numbers = {"photos": found.photos, "people": found.people, "change": found.change}
        lost = {"lost": share.mean, "low": share.low, "high": share.high}
        rows.append({"look": look} | numbers | lost | {"sentence": found.sentence})
    return pd.DataFrame(rows)


def methods_table(methods: Mapping[str, Interval]) -> pd.DataFrame:
    """Return a row for each method, the best first: `method`, and the share of known looks that it loses."""
    rows = [{"method": name} | share.as_dict() for name, share in methods.items()]
    return pd.DataFrame(rows, columns=["method", *vars(Interval(0, 0, 0, 0))])


def known_shares(table: pd.DataFrame) -> dict[str, Interval]:
    """Return the shares of a `methods_table` by method, in its order."""
    return {name: Interval(*numbers) for name, *numbers in table.itertuples(index=False)}
