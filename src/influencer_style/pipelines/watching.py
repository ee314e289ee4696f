"""What trainings tell: a progress bar, and in MLflow losses and sample strips as they go; and by what code they run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

import influencer_style.examples
import influencer_style.looks
import influencer_style.networks
import influencer_style.studio
import influencer_style.training
from influencer_style.reports.training import stack_samples
from influencer_style.storage.atomic import atomic_file
from influencer_style.storage.fingerprint import source_fingerprint
from influencer_style.tracking import current
from influencer_style.training.engine import Watch


def code_of_trainings() -> str:
    """Return the fingerprint of all code that what a training makes depends on."""
    return source_fingerprint(
        influencer_style.training,
        influencer_style.examples,
        influencer_style.networks,
        influencer_style.looks,
        influencer_style.studio,
    )


@contextmanager
def told(steps: int, title: str) -> Iterator[Watch[Any]]:
    """Yield a watch that draws a progress bar of `steps`, and logs losses to the run."""
    with tqdm(total=steps, desc=title, unit="step", smoothing=0.05) as bar:

        def progress(step: int, steps: int, words: str) -> None:
            if step < bar.n or steps != bar.total:  # another part of the work begins
                bar.reset(steps)
            bar.update(step - bar.n)
            bar.set_postfix_str(words)

        yield Watch(metrics=lambda step, losses: current.log_metrics(losses, step), progress=progress)


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
