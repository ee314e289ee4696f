"""Adapts the base to the creators' own photos, twice: with the adversary and without. The guard says what is kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.storage.atomic import write_text
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import ADAPTED, BASE, Adaptation
from influencer_style.training.transfer.guard import Checked, Comparison, compare, measure
from influencer_style.training.transfer.task import TransferTask, held_out_photos

PLAIN = "adapted_without_adversary"


def adapt(
    task: TransferTask,
    folder: Path,
    people: Tensor,
    photos: dict[str, np.ndarray],
    watching: Callable[[str], AbstractContextManager[Watch[TransferGenerator]]] = lambda _: nullcontext(Watch()),
) -> Adaptation[TransferGenerator]:
    """Train from the base on studio examples and creators' photos; an interrupted adaptation continues.

    The task is the training with the adversary; its `initial` is the base to start from, and to fall back on. `folder`
    keeps checkpoints and the studio's shards. `people` are validation users, (n, 3, s, s) in [0, 1], `photos`
    validation photos of each look's creator, uint8 (m, s, s, 3). `watching` opens what follows a training, by its name.
    Raises TrainingDiverged, see `engine.train`, and ValueError when the task has no base or no creators.
    """
    base, creators = task.initial, task.creators
    if base is None or creators is None:
        raise ValueError("an adaptation needs a base to start from, and creators' photos")
    generators, histories = {BASE: base}, {}
    for name, settings in ((PLAIN, without_adversary(task.settings)), (ADAPTED, task.settings)):
        with watching(name) as watch:
            own = replace(task, settings=settings, initial=to_adapt(base))
            state = train(own, folder / f"{name}.pt", watch)
        # What is compared, and kept, weighs the palette as the base does.
        generators[name], histories[name] = (
            with_config(state.average, replace(state.average.config, palette=base.config.palette)),
            state.history,
        )
    decided = folder / "comparisons.json"
    if decided.exists():
        comparisons = TypeAdapter(dict[str, Comparison]).validate_json(decided.read_bytes())
    else:
        held_out = held_out_photos(task.settings.stream, folder, copy.deepcopy(task.encoder).to("cpu"))
        studio = PairedPhotos.joined(list(held_out.values()))
        comparisons = _compared(generators, Checked(studio, people, creators.codes, photos))
        write_text(decided, json.dumps({name: asdict(comparison) for name, comparison in comparisons.items()}))
    kept, why = _choose(comparisons)
    compared = {name: asdict(comparison) for name, comparison in comparisons.items()}
    return Adaptation(generators, histories, kept, why, compared)


def to_adapt(base: TransferGenerator) -> TransferGenerator:
    """Return a copy of the base for training, in which the palette alone says what mean colours become.

    Colours of people and rooms are what tells most easily whose photo a picture is, so an adversary that may would
    move them, towards a creator's skin and walls and away from the look.
    """
    return with_config(base, replace(base.config, palette=1.0 if base.config.palette else 0.0))


def without_adversary(settings: TrainerSettings) -> TrainerSettings:
    """Return the settings of the training to compare with."""
    return replace(settings, head_start=0, weights=replace(settings.weights, adversarial=0.0))


def with_config(generator: TransferGenerator, config: TransferConfig) -> TransferGenerator:
    """Return a copy of a generator with another configuration of the same shape."""
    copied = copy.deepcopy(generator)
    copied.config = config
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
