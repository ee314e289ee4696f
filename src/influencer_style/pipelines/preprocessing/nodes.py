"""The nodes of `preprocessing`.

They yield crops in batches, which the face store writes as they come: a killed run goes on from the last whole batch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.consent.grant import LEARN
from influencer_style.faces import align, blazeface, detect, examine, face, mesh
from influencer_style.faces.align import CropTransform, crop_face
from influencer_style.faces.detect import make_detector
from influencer_style.faces.detectors import resolved, yunet_file
from influencer_style.faces.store import LABELS, FaceStore
from influencer_style.faces.update import FaceUpdate
from influencer_style.photos import colour, decode
from influencer_style.photos.decode import MAX_PIXELS, PhotoError, decode_photo
from influencer_style.photos.parallel import map_bounded
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_photos
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.project.folder import in_project
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.tracking import current

log = logging.getLogger(__name__)
Row = Mapping[Any, Any]  # a row of a table, by column
Crop = np.ndarray | None
_BATCH = 128
_TRUTH_KEYS = ("photo_id", "look", "kind")


def choose_photos(manifest: pd.DataFrame, source: PhotoSource) -> pd.DataFrame:
    """Return the manifest without the photos of creators whose consent no longer holds."""
    return permitted_photos("preprocessing", manifest, source, *LEARN)


def crop_faces(
    manifest: pd.DataFrame, before: FaceStore | None, parameters: PreprocessingParameters
) -> Iterator[FaceUpdate]:
    """Yield what brings the face store in line with the manifest: what stays, then the new photos' faces.

    A photo is examined once for each choice of parameters (and version of the code that crops). One that can no longer
    be used, or shows no usable face, becomes a rejected row with its reason; one that could not be read is tried again.
    """
    made_by = _made_by(parameters)
    accepted = manifest[manifest["status"] == "accepted"]
    same = _alike(before, parameters, made_by)
    tried = same.table[~same.table["reason"].str.startswith("unreadable")] if same is not None else None
    stays = accepted["photo_id"].isin([] if tried is None else tried["photo_id"])
    known, fresh = accepted[stays], accepted[~stays]
    start = FaceUpdate(parameters.crop_size, made_by, known[["photo_id", *LABELS]], whole=fresh.empty)
    yield start
    open_detector(parameters)  # a model that cannot be used ends the run here, not once a photo
    local = threading.local()

    def look_at(photo: Row) -> tuple[Row, Crop]:
        if not hasattr(local, "detector"):
            local.detector = open_detector(parameters)
        try:
            pixels = decode_photo(in_project(photo["path"]), max(MAX_PIXELS, photo["width"] * photo["height"]))
        except PhotoError as error:
            grading, crop = examine.Grading(reason=str(error)), None
        else:
            grading, crop = examine.examine(pixels, local.detector, parameters.standards)
        return {**{name: photo[name] for name in ("photo_id", *LABELS)}, **asdict(grading)}, crop

    outcomes = [] if tried is None else [tried.loc[tried["photo_id"].isin(known["photo_id"]), ["status", "reason"]]]
    for update in _updates(start, look_at, fresh.to_dict("records"), parameters.workers, "Cropping faces"):
        if update.rows is not None:
            outcomes.append(update.rows[["status", "reason"]])
        yield update
    _summarise(pd.concat(outcomes) if outcomes else pd.DataFrame(columns=["status", "reason"]), len(fresh))


def crop_truth(
    source: PhotoSource,
    manifest: pd.DataFrame,
    faces: FaceStore,
    before: FaceStore | None,
    parameters: PreprocessingParameters,
) -> Iterator[FaceUpdate]:
    """Yield what makes the truth store: those who test or validate in each look, cropped as their own photos are.

    Rows hold the user's photo_id, the look, and the kind, truth or oracle; or the region and the kind regions, whose
    crops are masks (three equal channels, 255 is the region). Without truth the store is empty.
    """
    made_by = fingerprint(_made_by(parameters), source.fingerprint)
    users = faces.kept[(faces.kept["role"] == "user") & faces.kept["split"].isin(["validation", "test"])]
    users = users.merge(manifest.loc[manifest["status"] == "accepted", ["photo_id", "path", "width", "height"]])
    wanted = list[Row]()
    for kind, folder in source.truth_folders.items():
        for look in sorted(place for place in folder.iterdir() if place.is_dir()):
            pictures = users.assign(picture=[str(look / f"{Path(path).stem}.png") for path in users["path"]])
            there = [Path(picture).is_file() for picture in pictures["picture"]]
            wanted += pictures[there].assign(look=look.name, kind=kind).to_dict("records")
    same = _alike(before, parameters, made_by)
    known = set(zip(*(same.table[key] for key in _TRUTH_KEYS), strict=True)) if same else set()
    wanted = [row for row in wanted if tuple(row[key] for key in _TRUTH_KEYS) not in known]
    labels = users[["photo_id", *LABELS]]
    start = FaceUpdate(parameters.crop_size, made_by, labels, keys=_TRUTH_KEYS, whole=not wanted)
    yield start

    def crop(user: Row) -> tuple[Row, Crop]:
        row = {name: user[name] for name in (*users.columns, "look", "kind") if name not in ("path", "width", "height")}
        try:
            pixels = decode_photo(user["picture"])
        except PhotoError as error:
            return {**row, "status": "rejected", "reason": str(error)}, None
        if pixels.shape[:2] != (user["height"], user["width"]):
            return {**row, "status": "rejected", "reason": "unfit: not as large as the user's photo"}, None
        transform = CropTransform(user["cx"], user["cy"], user["side"], user["angle"])
        return row, crop_face(pixels, transform, parameters.crop_size)

    yield from _updates(start, crop, wanted, parameters.workers, "Cropping truth")
    log.info("Truth: %d new pictures of %d people", len(wanted), len(users))


def open_detector(parameters: PreprocessingParameters) -> detect.Detector:
    """Return the detector that face crops are made with."""
    return make_detector(parameters.detector, parameters.yunet_place)


def weights_sha256(parameters: PreprocessingParameters) -> str:
    """Return the SHA-256 (hex) of the detector's weights; empty for the LBP cascade, which is part of the code."""
    return file_sha256(yunet_file(parameters.yunet_place)) if parameters.detector == "yunet" else ""


def _alike(before: FaceStore | None, parameters: PreprocessingParameters, made_by: str) -> FaceStore | None:
    """Return an earlier store if its crops were made as crops are made now."""
    alike = before is not None and (before.size, before.fingerprint) == (parameters.crop_size, made_by)
    return before if alike else None


def _made_by(parameters: PreprocessingParameters) -> str:
    """Return a fingerprint of all that a crop depends on except its photo: parameters, model, code."""
    used = (align, blazeface, detect, examine, face, mesh, colour, decode)
    code = [file_sha256(str(module.__file__)) for module in used]
    kept = parameters.model_dump(exclude={"workers", "yunet_model"})
    return fingerprint(kept, resolved(parameters.detector), weights_sha256(parameters), code)


def _updates(
    start: FaceUpdate, work: Callable[[Row], tuple[Row, Crop]], photos: Sequence[Row], workers: int, what: str
) -> Iterator[FaceUpdate]:
    """Yield, after the start, what ``work`` makes of ``photos`` in batches, and that the store is whole."""
    if not photos:
        current.say_reused()
        return
    update = partial(FaceUpdate, start.size, start.fingerprint, keys=start.keys)
    results = iter(tqdm(map_bounded(work, photos, workers), what, len(photos), unit="photo"))
    while batch := list(islice(results, _BATCH)):
        crops = [crop for _, crop in batch if crop is not None]
        stacked = np.stack(crops) if crops else np.empty((0, start.size, start.size, 3), np.uint8)
        yield update(rows=pd.DataFrame([row for row, _ in batch]), crops=stacked)
    yield update(whole=True)


def _summarise(outcomes: pd.DataFrame, fresh: int) -> None:
    rejected = outcomes[outcomes["status"] == "rejected"]
    counts = rejected["reason"].str.split(":").str[0].value_counts()
    why = ", ".join(f"{count} {code}" for code, count in counts.items()) or "none"
    log.info("%d faces kept; rejected: %s; %d photos were new", (outcomes["status"] == "kept").sum(), why, fresh)
