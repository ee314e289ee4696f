"""Trains the base: a conditional GAN on known truth (pix2pix, Isola et al. 2017), from the studio's endless stream.

Needs torch, NumPy, Pillow, safetensors and pydantic alone, so that a bare machine with a GPU can run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, field, replace
from pathlib import Path

import numpy as np
import torch
from pydantic.dataclasses import dataclass
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos
from influencer_style.examples.shard import CHECKED
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.style_code import StyleCode
from influencer_style.looks.transport import apply_transport, matrix_and_offset
from influencer_style.networks.base import TransferBase
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.storage.atomic import remove
from influencer_style.training.engine import Watch, ignore, train
from influencer_style.training.machine import best_device
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import studio_stream, validation_errors
from influencer_style.training.transfer.map_teaching import MapSettings, learn_colour_map
from influencer_style.training.transfer.palette_fitting import PaletteSettings, fit_palette, palette_rows
from influencer_style.training.transfer.task import TransferTask, held_out_photos, restyled

# What is learnt from drawings is trusted less on photographs: see benchmarks/README.md for what was compared.
_DOUBT, _TRUST = 0.5, 0.0
_PALETTE = 0.5  # the mean of two predictions that err differently


@dataclass(frozen=True, config=CHECKED)
class PretrainingSettings(TrainerSettings):
    """How the base is trained: the generator, its palette from the shards available at the end, and its colour map.

    Attributes:
        palette: How the palette is trained.
        photographs: Folders with photos of people without a look, one person each, from which the colour map learns;
            where there are none, it is that of the base that comes with the project.
        photographs_note: Whose photos these are, and their licence, for the base's facts.
        colour_map: How the colour map is taught.
    """

    palette: PaletteSettings = field(default_factory=PaletteSettings)
    photographs: tuple[str, ...] = ()
    photographs_note: str = ""
    colour_map: MapSettings = field(default_factory=MapSettings)


def pretrain(
    settings: PretrainingSettings,
    folder: str | Path,
    watch: Watch[TransferGenerator] | None = None,
    show: Callable[[int, TransferGenerator, PairedPhotos], None] = ignore,
    people: np.ndarray | None = None,
) -> TransferBase:
    """Train a generator on looks in general; a run that was stopped continues.

    The checkpoint and the stream's shards are kept in `folder`: name it by a fingerprint of settings and code. `show`
    receives a step, the averaged generator and held-out examples now and then. `people` are face crops of the
    settings' photographs, uint8 (n, s, s, 3). Returns the averaged generator with its history: losses, and now and then
    mean absolute errors on people and looks that were never in training (`validation_...`). Its facts have these errors
    of simple methods. Raises TrainingDiverged, see `engine.train`, and ValueError for fewer than 12 people.
    """
    folder, device, encoder = Path(folder), best_device(), load_encoder()
    held_out = held_out_photos(settings.stream, folder, encoder)

    def errors(restyle: Callable[[Tensor, Tensor], Tensor], device: str = "cpu") -> dict[str, float]:
        return validation_errors(held_out, lambda batch: restyled(restyle, batch.inputs, batch.codes, device))

    watch = replace(
        watch or Watch(),
        validate=lambda generator: errors(generator, device),
        samples=lambda step, generator: show(step, generator, held_out["looks"]),
    )
    with studio_stream(settings, folder, encoder) as stream:
        task = TransferTask(settings=settings, encoder=encoder, shards_at=stream.at, device=device)
        state = train(task, folder / "checkpoint.pt", watch)
        rows = [
            palette_rows(shard, state.average, encoder.groups, settings.seed + i)
            for i, shard in enumerate(stream.at(state.step - 1))
        ]
    losses = fit_palette(state.average, rows, settings.palette, watch.progress)
    baselines = {"nothing": lambda images, _: images, "likely_grade": _graded}
    state.average.config = replace(state.average.config, doubt=_DOUBT, trust=_TRUST, palette=_PALETTE)
    learnt = _learn_colour_map(state.average, people, settings, folder, watch)
    facts = (
        asdict(settings)
        | learnt
        | {
            "validation": {name: errors(restyle) for name, restyle in baselines.items()},
            "with_palette": errors(state.average),
            "palette_error": losses[-1]["palette"],
            "seconds": round(state.seconds),
            "device": device,
            "torch": torch.__version__,
        }
    )
    return TransferBase(state.average, encoder.sha256, state.history, facts)


def _learn_colour_map(
    generator: TransferGenerator,
    people: np.ndarray | None,
    settings: PretrainingSettings,
    folder: Path,
    watch: Watch[TransferGenerator],
) -> dict[str, object]:
    """Give the generator its colour map; return what it learnt from."""
    shipped = TransferBase.load()
    if people is None or not len(people):
        generator.colour_map = shipped.generator.colour_map
        return {"colour_map_from": f"the base that comes with the project, SHA-256 {shipped.sha256}"}
    generator.colour_map, errors = learn_colour_map(
        shipped.generator.colour_map,
        people,
        settings.colour_map,
        folder / "questions",
        settings.workers,
        watch.progress,
    )
    remove(folder / "questions")  # they hold colours of people's photos
    last = errors[-200:]
    names = [Path(place).name for place in settings.photographs]  # where they lie is nobody's business
    about = {"photographs": names, "colour_map_from": f"{len(people)} photos"}
    return about | {"colour_map_error": sum(last) / len(last)}


def _graded(images: Tensor, codes: Tensor) -> Tensor:
    """The grade that explains the look best (`looks.grade`), the baseline to beat."""
    matrix, offset = matrix_and_offset(StyleCode(codes).grade)
    return apply_transport(images, matrix + torch.eye(3), offset)
