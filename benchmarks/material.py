"""Creators to train on, and people with known truth to judge by: the demo set's, and real portraits under grades."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.our_training import creator_photos
from benchmarks.photographic_grades import GRADES
from benchmarks.real_photos.photos import find_portraits
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.studio.geometry import march
from influencer_style.studio.population import StudioSettings, creators
from influencer_style.studio.render import shade
from influencer_style.studio.workers import in_parallel

_DATA = Path(__file__).parents[1] / "data" / "03_primary"
_FURTHER = 24  # photos of each of the studio's creators to judge by
_GRADED = ("portrait_film", "teal_orange", "cross_process", "sea_haze")
SIDE = 64


@dataclass(frozen=True)
class Material:
    """Creators, and what judges. Pictures are uint8 (n, s, s, 3).

    Attributes:
        creators: what is trained on.
        people: who is restyled.
        truth: by look, the same people in it.
        photos: by look, photos of its creator.
    """

    creators: CreatorPhotos
    people: np.ndarray
    truth: dict[str, np.ndarray]
    photos: dict[str, np.ndarray]


def studio_material(encoder: StyleEncoder, to_judge: bool = True) -> Material:
    """The demo set's, as a finished `make run` left it; with photos to judge by, or without."""
    store, known = FaceStore.open(_DATA / "face_crops"), FaceStore.open(_DATA / "truth_crops")
    kept = store.kept
    users, theirs = kept[kept["role"] == "user"], kept[kept["role"] == "creator"]
    test = users[users["split"] == "test"].sort_values("photo_id")
    names = sorted(theirs["slug"].unique())
    sets = {name: store.pixels(theirs[(theirs["slug"] == name) & (theirs["split"] == "train")]) for name in names}
    rows = known.kept.set_index(["kind", "look", "photo_id"]).sort_index()
    truth = {name: known.pixels(rows.loc[[("truth", name, photo) for photo in test["photo_id"]]]) for name in names}
    population = users[users["split"] != "test"]
    trained_on = store.pixels(users[users["split"] == "train"])
    shown = creator_photos(encoder, trained_on, store.pixels(population), sets, SIDE)
    return Material(shown, store.pixels(test), truth, _further_photos() if to_judge else {})


def graded_materials(encoder: StyleEncoder, folder: Path, turns: int = 2, seed: int = 0) -> list[Material]:
    """Real portraits, a fourth each: users, creators under four grades, photos to judge by, and people to restyle.

    Each turn, of up to four, moves every fourth on by one, so that other people are restyled.
    """
    found = find_portraits(folder, leave_out=["edge"])
    order = np.random.default_rng(seed).permutation(len(found.crops))
    parts = np.split(order[: len(order) // 4 * 4], 4)
    return [_graded(encoder, *(found.crops[parts[(turn + i) % 4]] for i in range(4))) for turn in range(turns)]


def _graded(
    encoder: StyleEncoder, users: np.ndarray, teachers: np.ndarray, judges: np.ndarray, people: np.ndarray
) -> Material:
    def in_look(crops: np.ndarray) -> dict[str, np.ndarray]:
        return {name: np.stack([GRADES[name](crop) for crop in crops]) for name in _GRADED}

    shown = creator_photos(encoder, users, users, in_look(teachers), SIDE)
    return Material(shown, people, in_look(people), in_look(judges))


def _further_photos() -> dict[str, np.ndarray]:
    """More photos of the demo set's creators than it has, cropped as its own are."""
    settings = StudioSettings()
    more = creators(replace(settings, creators_photos=settings.creators_photos + _FURTHER))
    with tempfile.TemporaryDirectory() as folder:
        jobs = [
            (portrait, settings.size, Path(folder) / name / f"{number:03d}.png")
            for name, portraits in more.items()
            for number, portrait in enumerate(portraits[settings.creators_photos :])
        ]
        for name in more:
            (Path(folder) / name).mkdir()
        for _ in in_parallel(_shoot, jobs, 2, True, "Photographing creators"):
            pass
        return {name: find_portraits(Path(folder) / name).crops for name in more}


def _shoot(job: tuple[Any, int, Path]) -> int:
    portrait, size, path = job
    seen = march(portrait.identity, portrait.pose, size)
    Image.fromarray(shade(seen, portrait.identity, portrait.look, portrait.seed)).save(path)
    return 1
