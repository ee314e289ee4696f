"""Adapts the base to the creators' own photos, twice: with the adversary and without. The guard says what is kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.stream import Shard
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.storage.atomic import write_text
from influencer_style.training.guard import Checked, Comparison, compare, measure
from influencer_style.training.loop import State, Watch
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.trainer import train

BASE, ADAPTED, PLAIN = "base", "adapted", "adapted_without_adversary"


@dataclass(frozen=True)
class Adaptation:
    """What came of it.

    Attributes:
        generators: `base`, `adapted` and `adapted_without_adversary`.
        comparisons: of the latter two with the base; and `adversary`, of `adapted` with `adapted_without_adversary`.
        kept: the name of the generator to use.
        why: a sentence.
        histories: the losses of both trainings, by name.
    """

    generators: dict[str, TransferGenerator]
    comparisons: dict[str, Comparison]
    kept: str
    why: str
    histories: dict[str, list[dict[str, float]]]

    @property
    def shown(self) -> str:
        """The name of the training to show: that of the generator which is kept, else `adapted`."""
        return ADAPTED if self.kept == BASE else self.kept

    @property
    def history(self) -> list[dict[str, float]]:
        """The losses of that training."""
        return self.histories[self.shown]

    def as_dict(self) -> dict[str, Any]:
        """Return what was decided and why, as plain numbers and words."""
        compared = {name: asdict(comparison) for name, comparison in self.comparisons.items()}
        return {"kept": self.kept, "why": self.why, "compared": compared}


def adapt(
    base: TransferGenerator,
    settings: TrainerSettings,
    shards_at: Callable[[int], list[Shard]],
    encoder: StyleEncoder,
    folder: Path,
    checked: Callable[[], Checked],
    creators: CreatorPhotos,
    watched: Callable[[str, Callable[[Watch], State]], State] = lambda name, run: run(Watch()),
    device: str = "cpu",
) -> Adaptation:
    """Train from the base on studio examples and creators' photos; an interrupted adaptation goes on.

    Args:
        base: to start from, and to fall back on.
        settings: of the training with the adversary; without it the rest is the same.
        shards_at: studio examples, see `trainer.train`.
        encoder: of the style codes.
        folder: for the checkpoints.
        checked: makes what nobody was taught; not called where it was compared before.
        creators: their photos, and the users'.
        watched: given the name of each of the two trainings, and what runs it when it is given a watch.
        device: torch's name of it.

    Raises:
        TrainingDiverged: see `trainer.train`.
    """
    trained = {}
    for name, own in ((PLAIN, without_adversary(settings)), (ADAPTED, settings)):

        def run(watch: Watch, name: str = name, own: TrainerSettings = own) -> State:
            return train(own, shards_at, encoder, folder / f"{name}.pt", watch, creators, device, to_adapt(base))

        trained[name] = watched(name, run)
    generators = {BASE: base} | {name: as_used(state.average, base) for name, state in trained.items()}
    decided = folder / "comparisons.json"
    if decided.exists():
        comparisons = {name: Comparison.from_dict(told) for name, told in json.loads(decided.read_text()).items()}
    else:
        comparisons = _compared(generators, checked())
        write_text(decided, json.dumps({name: asdict(found) for name, found in comparisons.items()}))
    kept, why = _choose(comparisons)
    return Adaptation(generators, comparisons, kept, why, {name: state.history for name, state in trained.items()})


def to_adapt(base: TransferGenerator) -> TransferGenerator:
    """Return a copy of the base for training, in which the palette alone says what mean colours become.

    Colours of people and rooms are what tells most easily whose photo a picture is, so an adversary that may would
    move them, towards a creator's skin and walls and away from the look.
    """
    return _with_palette(base, 1.0 if base.config.palette else 0.0)


def as_used(adapted: TransferGenerator, base: TransferGenerator) -> TransferGenerator:
    """Return a copy of an adapted generator that hears the palette as the base does: what is compared, and kept."""
    return _with_palette(adapted, base.config.palette)


def without_adversary(settings: TrainerSettings) -> TrainerSettings:
    """Return the settings of the training to compare with."""
    return replace(settings, head_start=0, weights=replace(settings.weights, adversarial=0.0))


def _with_palette(generator: TransferGenerator, share: float) -> TransferGenerator:
    copied = copy.deepcopy(generator)
    copied.config = replace(generator.config, palette=share)
    return copied


def _compared(generators: dict[str, TransferGenerator], checked: Checked) -> dict[str, Comparison]:
    measures = {name: measure(generator, checked) for name, generator in generators.items()}
    pairs = {PLAIN: (PLAIN, BASE), ADAPTED: (ADAPTED, BASE), "adversary": (ADAPTED, PLAIN)}
    return {name: compare(measures[one], measures[other], checked.photos) for name, (one, other) in pairs.items()}


def _choose(comparisons: dict[str, Comparison]) -> tuple[str, str]:
    refused = {name: comparisons[name].objections for name in (ADAPTED, PLAIN)}
    earned = not comparisons["adversary"].objections
    fine = "nothing got worse, and results are nearer to the creators' photos"
    if not refused[ADAPTED] and (earned or refused[PLAIN]):
        return ADAPTED, fine
    if not refused[PLAIN]:
        against = refused[ADAPTED] or comparisons["adversary"].objections
        return PLAIN, f"{fine}; but with the adversary {'; '.join(against)}"
    return BASE, "; ".join(refused[ADAPTED])
