"""Does the adversary earn its place? The base adapted to creators with it and without, three seeds, paired.

    python -m benchmarks.adversary [--seeds 7 8 9] [--photos FOLDER] [--out FILE]

Two kinds of creators: those of the demo set, as a finished `make run` left them in data/, judged by photos that the
studio renders for this; and, with a folder of real portraits, photographic grades on people's photos, judged by those
grades on other people. Nobody who is restyled for judging, and no photo that is judged by, was trained on.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from benchmarks.machine import ran_on
from benchmarks.our_training import our_settings
from benchmarks.photographic_grades import GRADES
from benchmarks.real_photos.photos import find_portraits
from benchmarks.rounding import rounded
from influencer_style.adversarial.adaptation import to_adapt, without_adversary
from influencer_style.adversarial.creators import CreatorPhotos
from influencer_style.adversarial.examples import restyled
from influencer_style.adversarial.settings import TrainerSettings
from influencer_style.adversarial.trainer import best_device, studio_stream, train
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles, SetStatistics, describe
from influencer_style.metrics.cases import shrink
from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.kid import kid_difference, kid_features
from influencer_style.metrics.structure import structure
from influencer_style.networks.base import Base
from influencer_style.networks.bundle import to_tensor, to_uint8
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.storage.atomic import write_text
from influencer_style.studio.geometry import march
from influencer_style.studio.population import StudioSettings, creators
from influencer_style.studio.render import shade
from influencer_style.studio.workers import in_parallel

RESULTS = Path(__file__).parent / "results" / "adversary.json"
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


@dataclass(frozen=True)
class Judged:
    """What a generator did to everybody, by look: colour difference and structure (n,), features (n, f)."""

    delta_e: np.ndarray
    structure: np.ndarray
    features: list[np.ndarray]


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
    material = _material(
        encoder,
        store.pixels(users[users["split"] == "train"]),
        store.pixels(users[users["split"] != "test"]),
        sets,
    )
    return Material(material, store.pixels(test), truth, _further_photos() if to_judge else {})


def graded_material(encoder: StyleEncoder, folder: Path, seed: int = 0) -> Material:
    """Real portraits, a fourth each: users, creators under four grades, photos to judge by, and people to restyle."""
    found = find_portraits(folder, leave_out=["edge"])
    order = np.random.default_rng(seed).permutation(len(found.crops))
    users, teachers, judges, people = (found.crops[part] for part in np.array_split(order, 4))
    in_look = {name: {"t": teachers, "j": judges, "p": people} for name in _GRADED}
    graded = {
        name: {part: np.stack([GRADES[name](crop) for crop in crops]) for part, crops in parts.items()}
        for name, parts in in_look.items()
    }
    sets = {name: parts["t"] for name, parts in graded.items()}
    return Material(
        _material(encoder, users, users, sets),
        people,
        {name: parts["p"] for name, parts in graded.items()},
        {name: parts["j"] for name, parts in graded.items()},
    )


def judge(restyle: Callable[[Tensor, str], Tensor], material: Material) -> Judged:
    """Let everybody be restyled, pictures (n, 3, s, s) in [0, 1] into a look, and hold it against the truth."""
    people = to_tensor(shrink(material.people, SIDE))
    errors, structures, features = [], [], []
    for name, truth in material.truth.items():
        results = to_uint8(restyle(people, name))
        errors.append(delta_e(results, shrink(truth, SIDE)))
        structures.append(structure(results, shrink(truth, SIDE)))
        features.append(kid_features(results))
    return Judged(np.stack(errors, 1), np.stack(structures, 1), features)


def by_generator(generator: TransferGenerator, creators: CreatorPhotos) -> Callable[[Tensor, str], Tensor]:
    """What a generator does, to be judged."""
    device = str(next(generator.parameters()).device)
    return lambda people, look: restyled(generator, people, creators.codes[look].expand(len(people), -1), device)


def compared(pairs: list[tuple[Judged, Judged]], photos: list[np.ndarray]) -> dict[str, Any]:
    """Return the mean differences of pairs, with 95% intervals over people (and, of KID, photos); below 0 is better.

    Args:
        pairs: of the same people in the same looks; several are taken together.
        photos: features of each look's photos.
    """
    sets = ([features for pair in pairs for features in pair[side].features] for side in (0, 1))
    error, lost = (
        bootstrap(np.mean([(getattr(a, name) - getattr(b, name)).mean(1) for a, b in pairs], axis=0))
        for name in ("delta_e", "structure")
    )
    kid = kid_difference(*sets, photos * len(pairs))
    return {"kid": kid.as_dict(), "delta_e": error.as_dict(), "structure": lost.as_dict()}


def examine(material: Material, settings: TrainerSettings, seeds: Sequence[int], folder: Path) -> dict[str, Any]:
    """Adapt the base with every seed, with and without the adversary, and compare."""
    encoder, device = load_encoder(), best_device()
    photos = [kid_features(shrink(material.photos[name], SIDE)) for name in material.truth]
    base = judge(by_generator(to_adapt(Base.load().generator), material.creators), material)
    judged: dict[str, list[Judged]] = {"adapted": [], "plain": []}
    with studio_stream(settings, folder, encoder) as stream:
        for seed in tqdm(seeds, desc="Adapting", unit="seed"):
            own = replace(settings, seed=seed)
            for name, asked in (("adapted", own), ("plain", without_adversary(own))):
                start = to_adapt(Base.load().generator)
                part = folder / f"{name}-{seed}.pt"
                state = train(asked, stream.at, encoder, part, None, material.creators, device, start)
                judged[name].append(judge(by_generator(state.average, material.creators), material))
    seeds_apart = [
        compared([pair], photos) | {"seed": seed}
        for seed, pair in zip(seeds, zip(judged["adapted"], judged["plain"], strict=True), strict=True)
    ]
    means = {"base": [base]} | judged
    return {
        "delta_e": {name: float(np.mean([one.delta_e.mean() for one in found])) for name, found in means.items()},
        "adapted_less_plain": compared(list(zip(judged["adapted"], judged["plain"], strict=True)), photos),
        "each_seed": seeds_apart,
        "adapted_less_base": compared([(one, base) for one in judged["adapted"]], photos),
        "plain_less_base": compared([(one, base) for one in judged["plain"]], photos),
        "people": len(material.people),
        "photos": {name: len(own) for name, own in material.photos.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print its record, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    parser.add_argument("--photos", type=Path, default=os.environ.get("INFLUENCER_STYLE_PHOTOS"), help="real portraits")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    settings, encoder = replace(our_settings(SIDE), workers=2), load_encoder()
    materials = {"studio": lambda: studio_material(encoder)}
    if options.photos:
        materials["real"] = lambda: graded_material(encoder, options.photos)
    record: dict[str, Any] = {"what": __doc__.splitlines()[0], "ran_on": ran_on(), "steps": settings.steps}
    with tempfile.TemporaryDirectory() as folder:
        for name, made in materials.items():
            place = Path(folder) / name
            place.mkdir()
            record[name] = examine(made(), settings, options.seeds, place)
    write_text(options.out, json.dumps(rounded(record), indent=1) + "\n")
    print(json.dumps(rounded(record), indent=1))


def _material(
    encoder: StyleEncoder, users: np.ndarray, population: np.ndarray, sets: dict[str, np.ndarray]
) -> CreatorPhotos:
    with torch.no_grad():
        reference, *others = (
            SetStatistics.of(*describe(encoder, to_tensor(pixels))) for pixels in (population, *sets.values())
        )
    profiles = [LookProfile(name, name, own) for name, own in zip(sets, others, strict=True)]
    looks = LookProfiles(reference, profiles, encoder.sha256, encoder.groups)
    return CreatorPhotos(users, sets, looks, SIDE)


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


if __name__ == "__main__":
    main()
