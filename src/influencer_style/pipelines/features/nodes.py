"""Parameters and nodes of `features`."""

from __future__ import annotations

import logging
from typing import Literal

import numpy as np
import pandas as pd
import torch
from PIL import Image
from tqdm import tqdm

from influencer_style.consent.consent_file import load_consent
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.few_photos import is_thin, thin_words
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import MOMENTS, SetStatistics, describe
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_crops
from influencer_style.pipelines.reusable import reusable
from influencer_style.project.configuration import Section
from influencer_style.project.folder import in_project
from influencer_style.reports.grid import draw_look_map, draw_looks_side_by_side
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_BATCH = 64


class FeaturesParameters(Section):
    """See conf/base/parameters_features.yml."""

    encoder: Literal["small_vgg", "vgg19_imagenet", "resnet50_imagenet"]
    weights: str


def _weights(parameters: FeaturesParameters) -> str:
    file = in_project(parameters.weights)
    return file_sha256(file) if parameters.weights and file.is_file() else ""


def _consents(descriptors: pd.DataFrame, _encoder: StyleEncoder, source: PhotoSource) -> list[dict[str, object]]:
    creators = sorted(set(descriptors.loc[descriptors["role"] == "creator", "creator"]))
    return [load_consent(source.creator_folder(creator)).in_short() for creator in creators]


@reusable(also=_weights)
def choose_encoder(parameters: FeaturesParameters) -> StyleEncoder:
    """Return the style encoder that the parameters name."""
    encoder = load_encoder(parameters.encoder, parameters.weights)
    log.info("Style encoder %s, %d numbers a photo, SHA-256 %s", encoder.name, encoder.dimension, encoder.sha256[:12])
    return encoder


def choose_crops(crops: FaceStore, source: PhotoSource) -> FaceStore:
    """Return the crops without those of creators whose consent does not cover learning their look now."""
    chosen = permitted_crops("features", crops, source, "transfer")
    own = chosen.kept[chosen.kept["role"] == "creator"]
    for name, photos in own.groupby("slug"):
        if is_thin(count := int((photos["split"] == "train").sum())):
            log.warning("%s", thin_words(str(name), count))
    return chosen


def describe_crops(crops: FaceStore, encoder: StyleEncoder, before: pd.DataFrame | None) -> pd.DataFrame:
    """Describe each kept face crop; crops described before by the same encoder are not described again.

    Returns a row for each crop: photo_id, creator, slug, role, split, key, descriptor (list of numbers), moments (21 x
    10).
    """
    rows = crops.kept.reset_index(drop=True)
    cut = rows[["cx", "cy", "side", "angle"]].to_numpy().tolist()
    made_by = encoder.sha256, MOMENTS, crops.fingerprint
    keys = [fingerprint(*made_by, photo, place) for photo, place in zip(rows["photo_id"], cut, strict=True)]
    known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if before is not None:
        known = dict(zip(before["key"], zip(before["descriptor"], before["moments"], strict=True), strict=True))
    new = [i for i, key in enumerate(keys) if key not in known]
    log.info("%d crops are described already, %d are new", len(rows) - len(new), len(new))
    if not new:
        current.say_reused()
    with torch.no_grad(), tqdm(total=len(new), desc="Describing", unit="crop", disable=not new) as bar:
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            descriptors, moments = describe(encoder, to_tensor(crops.pixels(rows.iloc[part])))
            described = zip(descriptors.numpy(), moments.flatten(1).numpy(), strict=True)
            known |= dict(zip([keys[i] for i in part], described, strict=True))
            bar.update(len(part))
    table = rows[["photo_id", "creator", "slug", "role", "split"]].copy()
    table["key"] = keys
    table["descriptor"] = [list(map(float, known[key][0])) for key in keys]
    table["moments"] = [list(map(float, known[key][1])) for key in keys]
    return table


@reusable(also=_consents)
def profile_looks(descriptors: pd.DataFrame, encoder: StyleEncoder, source: PhotoSource) -> LookProfiles:
    """Compare each creator with the users: what differs is the look. The creator's consent goes with it.

    Creators are represented by their training photos; the population is every user except those of the test. Raises
    ValueError if no creator or no user is left, ConsentError if a consent has gone since the crops were chosen.
    """
    current.shows(set(descriptors.loc[descriptors["role"] == "creator", "slug"]))
    users = descriptors[(descriptors["role"] == "user") & (descriptors["split"] != "test")]
    photos = descriptors[(descriptors["role"] == "creator") & (descriptors["split"] == "train")]
    if users.empty or photos.empty:
        missing = "user" if users.empty else "creator"
        raise ValueError(
            f"no {missing}'s face crop is left, so no look can be learnt; data/02_intermediate/manifest.parquet and "
            "data/03_primary/face_crops say why each photo was left out, and the log above whose consent does not hold"
        )
    looks = []
    for _, own in photos.groupby(["slug", "creator"]):
        slug, creator = str(own["slug"].iloc[0]), str(own["creator"].iloc[0])
        consent = load_consent(source.creator_folder(creator)).in_short()
        looks.append(LookProfile(slug, creator, _statistics(own), consent, tuple(sorted(own["photo_id"]))))
        log.info("Look %s: %d photos", slug, len(own))
    who = "studio people in neutral looks" if source.users_are_studio else "users' photos"
    return LookProfiles(_statistics(users), looks, encoder.sha256, encoder.groups, f"{len(users)} {who}")


@reusable()
def draw_looks(crops: FaceStore, looks: LookProfiles, descriptors: pd.DataFrame) -> tuple[Image.Image, Image.Image]:
    """Draw the looks side by side, and all photos mapped by look."""
    table = crops.kept.merge(descriptors[["photo_id", "descriptor"]], on="photo_id")
    rows = {"population": table[(table["role"] == "user") & (table["split"] != "test")]}
    rows |= {slug: table[(table["slug"] == slug) & (table["split"] == "train")] for slug in looks.names}
    examples = {name: crops.pixels(own.head(8)) for name, own in rows.items()}
    shown = pd.concat([own.head(40) for own in rows.values()])
    labels = [name for name, own in rows.items() for _ in range(min(40, len(own)))]
    side_by_side = draw_looks_side_by_side(examples)
    return side_by_side, draw_look_map(crops.pixels(shown), np.stack(shown["descriptor"].to_list()), labels)


def _statistics(rows: pd.DataFrame) -> SetStatistics:
    columns = [np.stack(rows[column].to_list()).astype(np.float32) for column in ("descriptor", "moments")]
    descriptors, moments = map(torch.from_numpy, columns)
    return SetStatistics.of(descriptors, moments.view(len(moments), MOMENTS, -1))
