"""A training as a node runs it: once for the same inputs, and from its checkpoint where it was interrupted.

What can be seen of it are a progress bar, and in MLflow its losses and strips of samples.
"""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import pandas as pd
from PIL import Image
from tqdm import tqdm

import influencer_style.examples
import influencer_style.looks
import influencer_style.networks
import influencer_style.studio
import influencer_style.training
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.base import Base
from influencer_style.networks.trained import Decision, History, Origin, TrainedModel
from influencer_style.pipelines.trainings.parameters import Profiled, Settings
from influencer_style.reports.training import draw_curves, stack_samples
from influencer_style.storage.atomic import atomic_file, remove, remove_leftovers, write_text
from influencer_style.storage.fingerprint import fingerprint, source_fingerprint
from influencer_style.tracking import current
from influencer_style.training.engine import Watch, ignore
from influencer_style.training.task import Generator

log = logging.getLogger(__name__)
_KEPT_TRAININGS = 3
Pictures = tuple[pd.DataFrame, Image.Image, Image.Image]


def code_of_trainings() -> str:
    """Return the fingerprint of all code that the result of a training depends on."""
    return source_fingerprint(
        influencer_style.training,
        influencer_style.examples,
        influencer_style.networks,
        influencer_style.looks,
        influencer_style.studio,
    )


@dataclass(frozen=True)
class Outcome(Generic[Generator]):
    """What a training has come to: see `TrainedModel`, and which generator was kept, and why."""

    generator: Generator
    history: History
    samples: Image.Image
    decision: Decision


class Way(ABC, Generic[Generator, Settings]):
    """How a task comes to its generator: it takes the base as it is, or trains.

    `crops` are those of users, and of the creators who may be learnt from; `looks` are those of all creators.

    Attributes:
        base: The base to start from; None for a training from scratch.
        creators: Rows of the photos to train on, by look.
    """

    base: Base[Generator] | None
    creators: dict[str, pd.DataFrame]

    def __init__(
        self, crops: FaceStore, encoder: StyleEncoder, looks: LookProfiles, parameters: Profiled[Settings]
    ) -> None:
        self.crops, self.encoder, self.looks, self.parameters = crops, encoder, looks, parameters
        self.settings, self.codes = parameters.settings, {name: looks.code(name) for name in looks.names}

    @property
    @abstractmethod
    def photos(self) -> Iterable[str]:
        """The photo_ids of all photos that it trains on."""

    @abstractmethod
    def obstacle(self) -> str | None:
        """Return why it takes the base as it is; None where it trains."""

    @abstractmethod
    def draw(self, generator: Generator, step: int) -> Image.Image:
        """Draw a strip of samples."""

    @abstractmethod
    def learn(self, folder: Path) -> Outcome[Generator]:
        """Train, in the training's folder."""

    def settled(self, generator: Generator, folder: Path) -> Generator:  # noqa: ARG002 (for tasks that need it)
        """Return the generator that was kept, fitted to who will use it; by default as it is."""
        return generator

    def run(self, work: Path) -> tuple[TrainedModel[Generator], Decision]:
        """Take the base or train; or take what was trained from the same inputs and parameters.

        A training that was interrupted continues from its checkpoint, in a folder of `work` named by the fingerprint of
        all that it depends on.
        """
        current.shows({*self.looks.names, *self.crops.creators})
        parts = self._parts()
        folder = work / fingerprint(parts)[:16]
        if _say_what_changed(parts, folder):
            current.say_reused()
        why = self.obstacle()
        if self.base is not None and why is not None:
            history = self.base.history
            strip = self.draw(self.base.generator, int(history[-1]["step"]))
            outcome = Outcome(self.base.generator, history, strip, Decision(kept="base", why=why))
        else:
            outcome = self.learn(folder)
        generator = self.settled(outcome.generator, folder)
        write_text(folder / "inputs.json", json.dumps(parts, indent=2))
        _forget_old_trainings(folder)
        decision, origin = outcome.decision, self._origin(outcome, parts)
        log.info("The generator kept: %s (%s)", decision["kept"], decision["why"])
        return TrainedModel(generator, outcome.history, outcome.samples, origin), decision

    def _parts(self) -> dict[str, str]:
        """Return the fingerprints of all that the training depends on."""
        parameters = self.parameters.model_dump(exclude={"judging"})
        return {
            "photos": fingerprint(sorted(self.photos), self.crops.fingerprint),
            "looks": fingerprint(self.looks.names, [code.numpy() for code in self.codes.values()]),
            "encoder": self.encoder.sha256,
            "base": self.base.sha256 if self.base else "",
            "parameters": fingerprint(parameters, self.parameters.device),
            "code": code_of_trainings(),
        }

    def _origin(self, outcome: Outcome[Generator], parts: dict[str, str]) -> Origin:
        kept, last = outcome.decision["kept"], outcome.history[-1]
        return Origin(
            kept,
            fingerprint(parts),
            parts["photos"],
            parts["base"],
            steps=int(last["step"]),
            seconds=float(last["seconds"]),
            seed=self.settings.seed,
            taught=tuple(sorted(self.creators)) if kept != "base" else (),
        )


def _say_what_changed(parts: dict[str, str], folder: Path) -> bool:
    """Return whether this was trained already; log so, or what has changed since the latest training."""
    if (folder / "inputs.json").exists():
        log.info("Nothing that training depends on has changed; the generator trained before is kept (%s)", folder)
        return True
    if any(folder.glob("*.pt")):
        return False  # the engine says where it continues
    earlier = sorted(folder.parent.glob("*/inputs.json"), key=lambda path: path.stat().st_mtime)
    if not earlier:
        log.info("Training from scratch: nothing was trained here before")
        return False
    last = json.loads(earlier[-1].read_text())
    changed = [name for name, value in parts.items() if last.get(name) != value]
    log.info("Training anew, because of a change in: %s", ", ".join(changed))
    return False


def _forget_old_trainings(latest: Path) -> None:
    """Remove the folders of all trainings but the latest three."""
    latest.touch()
    remove_leftovers(latest.parent)
    trainings = [path for path in latest.parent.iterdir() if path.is_dir()]
    trainings.sort(key=lambda path: path.stat().st_mtime)
    for old in trainings[:-_KEPT_TRAININGS]:
        remove(old)


@contextmanager
def watching(steps: int, title: str, samples: Callable[[int, Generator], None] = ignore) -> Iterator[Watch[Generator]]:
    """Yield a watch that draws a progress bar of `steps`, and logs losses to the run.

    `samples` receives a step and the averaged generator now and then.
    """
    with tqdm(total=steps, desc=title, unit="step", smoothing=0.05) as bar:

        def progress(step: int, steps: int, text: str) -> None:
            if step < bar.n or steps != bar.total:  # another part of the work begins
                bar.reset(steps)
            bar.update(step - bar.n)
            bar.set_postfix_str(text)

        def metrics(step: int, losses: dict[str, float]) -> None:
            current.log_metrics(losses, step)

        yield Watch(metrics=metrics, samples=samples, progress=progress)


class SampleStrips:
    """A folder of strips, one for each step that was shown; those of an interrupted run stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, step: int, picture: Image.Image) -> None:
        """Write a strip, and log it to the run."""
        path = self._folder / f"step-{step:07d}.png"
        with atomic_file(path) as temporary:
            picture.save(temporary)
        current.log_picture(picture, f"samples/{path.name}")

    def stacked(self) -> Image.Image:
        """Return all strips in one picture, in the order of their steps."""
        return stack_samples([Image.open(path).convert("RGB") for path in sorted(self._folder.glob("*.png"))])


def pictured(history: History, samples: Image.Image) -> Pictures:
    """Return the history as a table, its curves, and the samples: what every training shows."""
    table = pd.DataFrame(history)
    return table, draw_curves(table), samples
