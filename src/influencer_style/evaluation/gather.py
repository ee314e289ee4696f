"""From a model and face crops to the cases that are judged: every method's results, alongside what is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.evaluation.neural_style import neural_style
from influencer_style.faces.store import FaceStore
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.baselines import METHODS, medoid
from influencer_style.metrics.cases import Cases, CasesError
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops

# More photos hardly change the statistics that methods take from a set, and memory must not grow with them.
_MOST_REFERENCE_PHOTOS = 512
_BATCH = 64


def gather_cases(
    bundle: TransferBundle,
    faces: FaceStore,
    truths: FaceStore,
    size: int = 128,
    most_people: int = 64,
    neural_style_people: int = 4,
) -> Cases:
    """Restyle the test users with the model and by every baseline, and add what is known of them.

    The first `most_people` are taken by photo_id (a hash, so in random order); neural style, which takes seconds a
    picture, restyles the first `neural_style_people` of them. `size` is the side in pixels at which everything will be
    scored. The store of truth, oracle and region pictures may be empty. Raises CasesError if the crops are smaller than
    `size`, there is no test user, no population, no photo of a look's creator, or a truth picture is missing.
    """
    looks = bundle.looks.names
    users = rows_of(faces, role="user")
    people, others = (
        users[users["split"] == "test"].head(most_people),
        users[users["split"].isin(["train", "validation"])],
    )
    for rows, what in ((people, "no test user"), (others, "no unstyled person to measure looks against")):
        if rows.empty:
            raise CasesError(
                f"there is {what} among the face crops; give ingestion.users more portraits that show one clear face"
            )
    inputs = large_enough(faces, people, size, "evaluation.size")
    photo_ids = people["photo_id"].tolist()
    truth, oracle = (known_pictures(truths, kind, photo_ids, looks) for kind in ("truth", "oracle"))
    masks = known_pictures(truths, "regions", photo_ids, list(REGIONS))
    photos = training_photos(faces, looks)
    creators = {look: _shrunk(faces, training, size) for look, (training, _) in photos.items()}
    population = _shrunk(faces, others, size)
    progress = tqdm(looks, desc="Restyling test users", unit="look")
    return Cases(
        photo_ids, looks, inputs, {look: restyle_crops(bundle, inputs, look) for look in progress}, truth, oracle,
        creators=creators,
        examples={look: faces.pixels(own.iloc[[medoid(creators[look])]])[0] for look, (own, _) in photos.items()},
        held_out={look: _shrunk(faces, own[own["split"] == "test"], size) for look, (_, own) in photos.items()},
        population=population, size=size,
        baselines=_baselines(bundle, shrink(inputs, size), creators, population, neural_style_people),
        regions={name: np.ascontiguousarray(mask[..., 0]) for name, mask in masks.items()},
    )  # fmt: skip


def _baselines(
    bundle: TransferBundle,
    inputs: np.ndarray,
    creators: dict[str, np.ndarray],
    population: np.ndarray,
    neural_style_people: int,
) -> dict[str, dict[str, np.ndarray]]:
    """Return what each method without training makes of the inputs, by method and look."""
    found = {
        name: {look: method(inputs, photos, population) for look, photos in creators.items()}
        for name, method in METHODS.items()
    }
    if neural_style_people:
        first = inputs[:neural_style_people]
        progress = tqdm(creators.items(), desc="Neural style", unit="look")
        found["neural_style"] = {look: neural_style(first, photos, bundle.encoder) for look, photos in progress}
    return found


def rows_of(faces: FaceStore, **wanted: str) -> pd.DataFrame:
    """Return the kept crops with these values in these columns, in the order of their photos."""
    kept = faces.kept
    for column, value in wanted.items():
        kept = kept[kept[column] == value]
    return kept.sort_values("photo_id")


def training_photos(faces: FaceStore, looks: list[str]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return the rows of each look's creator in the face store, those of training photos and the others.

    Raises CasesError if a creator has no training photo.
    """
    found = {}
    for look in looks:
        own = rows_of(faces, role="creator", slug=look)
        training = own["split"] == "train"
        if not training.any():
            raise CasesError(f"no training photo of look {look!r} is among the face crops; run: kedro run")
        found[look] = own[training], own[~training]
    return found


def large_enough(faces: FaceStore, people: pd.DataFrame, size: int, parameter: str) -> np.ndarray:
    """Return people's face crops, uint8 (n, s, s, 3).

    Raises CasesError if s is below `size`, the value of `parameter`.
    """
    crops = faces.pixels(people)
    if crops.shape[1] < size:
        raise CasesError(f"{parameter} is {size} px, but face crops have {crops.shape[1]} px; lower {parameter}")
    return crops


def known_pictures(truths: FaceStore, kind: str, photo_ids: list[str], looks: list[str]) -> dict[str, np.ndarray]:
    """Return what the truth store (see `preprocessing.crop_truth`) knows of people, one crop for each person.

    `kind` is `truth`, `oracle` or `regions`. Returns by look (or region) uint8 (n, s, s, 3); empty if nothing of that
    kind is known of any of them. Raises CasesError if it is known of some, and missing for others.
    """
    table = truths.kept
    table = table[(table["kind"] == kind) & table["photo_id"].isin(photo_ids)] if len(table) else table
    if table.empty:
        return {}
    pair = ["photo_id", "look"]
    rows = table.drop_duplicates(pair).set_index(pair, drop=False)
    if missing := [(photo, look) for look in looks for photo in photo_ids if (photo, look) not in rows.index]:
        photo, look = missing[0]
        raise CasesError(
            f"{len(missing)} {kind} pictures are missing, the first of photo {photo} in look {look!r}; make them "
            "again: kedro run --pipelines ingestion,preprocessing"
        )
    return {look: truths.pixels(rows.loc[[(p, look) for p in photo_ids]].reset_index(drop=True)) for look in looks}


def _shrunk(faces: FaceStore, rows: pd.DataFrame, size: int) -> np.ndarray:
    """Return the crops of at most 512 rows, at `size` pixels."""
    rows = rows.head(_MOST_REFERENCE_PHOTOS)
    parts = [shrink(faces.pixels(rows.iloc[i : i + _BATCH]), size) for i in range(0, len(rows), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, size, size, 3), np.uint8)
