"""What can be seen of a training: a progress bar, and in MLflow its losses and strips of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from PIL import Image
from tqdm import tqdm

from influencer_style.networks.trained import History
from influencer_style.reports.training import draw_curves, stack_samples
from influencer_style.storage.atomic import atomic_file
from influencer_style.tracking import current
from influencer_style.training.engine import Watch, ignore
from influencer_style.training.task import Generator

Pictures = tuple[pd.DataFrame, Image.Image, Image.Image]


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
