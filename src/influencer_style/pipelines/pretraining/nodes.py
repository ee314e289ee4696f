"""Nodes of `pretraining`."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from pydantic import TypeAdapter
from tqdm import tqdm

import influencer_style.adversarial
import influencer_style.looks
import influencer_style.networks
import influencer_style.studio
from influencer_style.adversarial.examples import Examples
from influencer_style.adversarial.loop import Watch
from influencer_style.adversarial.pictures import draw_curves, draw_examples_in_looks, stack_samples
from influencer_style.adversarial.pretraining import PretrainingSettings, pretrain
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.storage.atomic import atomic_file
from influencer_style.storage.fingerprint import fingerprint, source_fingerprint
from influencer_style.tracking import current

log = logging.getLogger(__name__)


def teach_base(parameters: dict[str, Any], work: Path) -> tuple[Base, pd.DataFrame, Image.Image, Image.Image]:
    """Teach the base; a run that was interrupted goes on, in a folder of `work` named by all that it depends on.

    Returns:
        The base, its history, its curves, and what it made of held-out people and looks along the way.
    """
    settings = TypeAdapter(PretrainingSettings).validate_python(parameters)
    packages = (
        influencer_style.adversarial,
        influencer_style.networks,
        influencer_style.looks,
        influencer_style.studio,
    )
    folder = work / fingerprint(parameters, source_fingerprint(*packages))[:16]
    log.info("Teaching the base in %s", folder)
    with tqdm(total=settings.steps, desc="Teaching", unit="step", smoothing=0.05) as bar:

        def tell(step: int, steps: int, words: str) -> None:
            bar.update(step - bar.n)
            bar.set_postfix_str(words)

        def keep_samples(step: int, generator: TransferGenerator, examples: Examples) -> None:
            picture = draw_examples_in_looks(generator, examples, step)
            path = folder / "samples" / f"step-{step:07d}.png"
            with atomic_file(path) as temporary:
                picture.save(temporary)
            current.log_picture(picture, f"samples/{path.name}")

        watch = Watch(
            metrics=lambda step, losses: current.log_metrics(losses, step), examples=keep_samples, progress=tell
        )
        base = pretrain(settings, folder, watch)
    shutil.rmtree(folder / "shards", ignore_errors=True)  # hundreds of megabytes that can be made again
    history = pd.DataFrame(base.history)
    strips = [Image.open(path).convert("RGB") for path in sorted((folder / "samples").glob("*.png"))]
    return base, history, draw_curves(history), stack_samples(strips)
