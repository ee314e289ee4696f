"""From a model and face crops to the cases that are judged: every method's results, beside what is known."""

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

# More photos hardly move the statistics that methods take from a set, and memory must not grow with it.
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
    """Restyle the test users with the model and by every baseline, and lay out beside it what is known.

    Args:
        bundle: the trained model.
        faces: all face crops.
        truths: crops of truth and oracle pictures and masks of regions; may be empty.
        size: side in pixels at which everything will be scored.
        most_people: at most so many test users are judged, the first by photo_id (a hash: no order at all).
        neural_style_people: so many of them are restyled by neural style, which takes seconds a picture; 0 is none.

    Raises:
        CasesError: when the crops are smaller than `size`, there is no test user, no population, no photo of a look's
            creator, or a truth picture is missing.
    """
    kept, looks = faces.kept, bundle.looks.names
    people, others = _people(kept, most_people)
    inputs = large_enough(faces, people, size, "evaluation.size")
    photo_ids = people["photo_id"].tolist()
    known = {kind: known_pictures(truths, kind, photo_ids, looks) for kind in ("truth", "oracle")}
    regions = known_pictures(truths, "regions", photo_ids, list(REGIONS))
    of_creator = {look: kept[(kept["role"] == "creator") & (kept["slug"] == look)] for look in looks}
    training = {look: rows[rows["split"] == "train"] for look, rows in of_creator.items()}
    for look, rows in training.items():
        if rows.empty:
            raise CasesError(f"no training photo of look {look!r} is among the face crops; run: kedro run")
    creators = {look: _some(faces, rows, size) for look, rows in training.items()}
    population, small = _some(faces, others, size), shrink(inputs, size)
    progress = tqdm(looks, desc="Restyling test users", unit="look")
    results = {look: restyle_crops(bundle, inputs, look) for look in progress}
    baselines = {
        name: {look: method(small, creators[look], population) for look in looks} for name, method in METHODS.items()
    }
    if neural_style_people:
        first = small[:neural_style_people]
        progress = tqdm(looks, desc="Neural style", unit="look")
        baselines["neural_style"] = {look: neural_style(first, creators[look], bundle.encoder) for look in progress}
    return Cases(
        photo_ids,
        looks,
        inputs,
        results,
        known["truth"],
        known["oracle"],
        creators,
        {look: faces.pixels(_ordered(rows).iloc[[medoid(creators[look])]])[0] for look, rows in training.items()},
        {look: _some(faces, rows[rows["split"] == "test"], size) for look, rows in of_creator.items()},
        population,
        size,
        baselines,
        {name: np.ascontiguousarray(masks[..., 0]) for name, masks in regions.items()},
    )


def large_enough(faces: FaceStore, people: pd.DataFrame, size: int, parameter: str) -> np.ndarray:
    """Return people's face crops, uint8 (n, s, s, 3).

    Raises:
        CasesError: when s is below `size`, which `parameter` asked for.
    """
    crops = faces.pixels(people)
    if crops.shape[1] < size:
        raise CasesError(f"{parameter} is {size} px, but face crops have {crops.shape[1]} px; lower {parameter}")
    return crops


def known_pictures(truths: FaceStore, kind: str, photo_ids: list[str], looks: list[str]) -> dict[str, np.ndarray]:
    """Return what the truth store knows of people, one crop a person.

    Args:
        truths: see `preprocessing.crop_truth`.
        kind: `truth`, `oracle` or `regions`.
        photo_ids: the people.
        looks: the looks, or the regions.

    Returns:
        by look (or region) uint8 (n, s, s, 3); empty where nothing of that kind is known of any of them.

    Raises:
        CasesError: when it is known of some, and missing for others.
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


def _people(kept: pd.DataFrame, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    users = kept[kept["role"] == "user"].sort_values("photo_id")
    people = users[users["split"] == "test"].head(most)
    others = users[users["split"].isin(["train", "validation"])]
    for rows, what in ((people, "no test user"), (others, "no unstyled person to measure looks against")):
        if rows.empty:
            raise CasesError(
                f"there is {what} among the face crops; give ingestion.users more portraits that show one clear face"
            )
    return people, others


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("photo_id").head(_MOST_REFERENCE_PHOTOS)


def _some(faces: FaceStore, rows: pd.DataFrame, size: int) -> np.ndarray:
    rows = _ordered(rows)
    parts = [shrink(faces.pixels(rows.iloc[i : i + _BATCH]), size) for i in range(0, len(rows), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, size, size, 3), np.uint8)
