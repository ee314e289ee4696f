"""The cases that are judged: test users in every look, beside what the methods may look at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.faces.store import FaceStore
from influencer_style.metrics.baselines import METHODS, medoid
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops

# More photos hardly move the statistics that methods take from a set, and memory must not grow with it.
_MOST_REFERENCE_PHOTOS = 512
_BATCH = 64


class CasesError(ValueError):
    """The crops and the model do not fit each other, or hold nobody to be judged."""


@dataclass(frozen=True)
class Cases:
    """Pictures are uint8 sRGB. Rows of `inputs`, `results`, `truth` and `oracle` are the same people, in one order.

    Attributes:
        photo_ids: (n) of the test users.
        looks: the looks' names.
        inputs: (n, s, s, 3), the users' face crops.
        results: what the generator made of them, by look, (n, s, s, 3).
        truth: the same people truly in the look, by look; empty where it is not known.
        oracle: the same look with its other variation, by look: as near as one can come; empty where not known.
        creators: training photos of each look's creator, by look, (m, size, size, 3).
        examples: one typical training photo of each look's creator, by look, (s, s, 3).
        held_out: photos of the creators that nothing has learnt from, by look, (k, size, size, 3); k may be 0.
        population: portraits of unstyled people, none of them a test user, (p, size, size, 3).
        size: side in pixels at which everything is scored.
    """

    photo_ids: list[str]
    looks: list[str]
    inputs: np.ndarray
    results: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]
    oracle: dict[str, np.ndarray]
    creators: dict[str, np.ndarray]
    examples: dict[str, np.ndarray]
    held_out: dict[str, np.ndarray]
    population: np.ndarray
    size: int

    @property
    def methods(self) -> list[str]:
        """The methods there are results of, the generator first."""
        return ["generator", *METHODS] + (["oracle"] if self.oracle else [])

    def pictures(self, method: str, look: str, size: int, people: list[int] | None = None) -> np.ndarray:
        """Return what a method makes of people: uint8 (n, size, size, 3).

        Args:
            method: one of `methods`, or `truth` or `input`.
            look: one of `looks`.
            size: side in pixels, at most that of the inputs.
            people: rows; None is everybody.
        """
        stacks = {"generator": self.results, "truth": self.truth, "oracle": self.oracle}
        stack = stacks[method][look] if method in stacks else self.inputs
        small = shrink(stack if people is None else stack[people], size)
        if method in METHODS:
            return METHODS[method](small, self.creators[look], self.population)
        return small


def gather_cases(
    bundle: TransferBundle, faces: FaceStore, truths: FaceStore, size: int = 128, most_people: int = 64
) -> Cases:
    """Restyle the test users with the model, and lay everything out beside the results.

    Args:
        bundle: the trained model.
        faces: all face crops.
        truths: crops of truth and oracle pictures; may be empty.
        size: side in pixels at which everything will be scored.
        most_people: at most so many test users are judged, the first by photo_id (a hash: no order at all).

    Raises:
        CasesError: when the crops are smaller than `size`, there is no test user, no population, no photo of a look's
            creator, or a truth picture is missing.
    """
    kept, looks = faces.kept, bundle.looks.names
    users = kept[kept["role"] == "user"].sort_values("photo_id")
    people = users[users["split"] == "test"].head(most_people)
    others = users[users["split"].isin(["train", "validation"])]
    for rows, what in ((people, "no test user"), (others, "no unstyled person to measure looks against")):
        if rows.empty:
            raise CasesError(
                f"there is {what} among the face crops; give ingestion.users more portraits that show one clear face"
            )
    inputs = faces.pixels(people)
    if inputs.shape[1] < size:
        raise CasesError(
            f"evaluation.size is {size} px, but face crops have {inputs.shape[1]} px; lower evaluation.size"
        )
    progress = tqdm(looks, desc="Restyling test users", unit="look")
    results = {look: restyle_crops(bundle, inputs, look) for look in progress}
    photo_ids = people["photo_id"].tolist()
    known = {kind: _known(truths, kind, photo_ids, looks) for kind in ("truth", "oracle")}
    of_creator = {look: kept[(kept["role"] == "creator") & (kept["slug"] == look)] for look in looks}
    training = {look: rows[rows["split"] == "train"] for look, rows in of_creator.items()}
    for look, rows in training.items():
        if rows.empty:
            raise CasesError(f"no training photo of look {look!r} is among the face crops; run: kedro run")
    creators = {look: _some(faces, rows, size) for look, rows in training.items()}
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
        _some(faces, others, size),
        size,
    )


def shrink(pictures: np.ndarray, size: int) -> np.ndarray:
    """Return pictures, uint8 (n, s, s, 3), area-averaged to (n, size, size, 3), size at most s."""
    if pictures.shape[1] == size:
        return pictures
    shrunk = [cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.stack(shrunk) if shrunk else np.zeros((0, size, size, 3), np.uint8)


def _known(truths: FaceStore, kind: str, photo_ids: list[str], looks: list[str]) -> dict[str, np.ndarray]:
    table = truths.kept
    if table.empty or not (table["kind"] == kind).any():
        return {}
    pair = ["photo_id", "look"]
    rows = table[table["kind"] == kind].drop_duplicates(pair).set_index(pair, drop=False)
    if missing := [(photo, look) for look in looks for photo in photo_ids if (photo, look) not in rows.index]:
        photo, look = missing[0]
        raise CasesError(
            f"{len(missing)} {kind} pictures are missing, the first of photo {photo} in look {look!r}; make them "
            "again: kedro run --pipelines ingestion,preprocessing"
        )
    return {look: truths.pixels(rows.loc[[(p, look) for p in photo_ids]].reset_index(drop=True)) for look in looks}


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("photo_id").head(_MOST_REFERENCE_PHOTOS)


def _some(faces: FaceStore, rows: pd.DataFrame, size: int) -> np.ndarray:
    rows = _ordered(rows)
    parts = [shrink(faces.pixels(rows.iloc[i : i + _BATCH]), size) for i in range(0, len(rows), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, size, size, 3), np.uint8)
