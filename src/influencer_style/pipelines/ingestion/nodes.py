"""The nodes of `ingestion`."""

from __future__ import annotations

import logging

import pandas as pd

from influencer_style.consent.places import ledgers_of, project_ledger
from influencer_style.photos.manifest import PhotoFolders, ScanSettings, scan
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.ingestion.known import remember_creators
from influencer_style.pipelines.ingestion.parameters import (
    IngestionParameters,
    SourceError,
    photo_folders,
    require_apart,
)
from influencer_style.project.folder import as_written, in_project, project_folder
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.studio.demo_set import DONE, render_demo_set
from influencer_style.studio.population import StudioSettings

log = logging.getLogger(__name__)
STUDIO_FOLDER = "data/01_raw/studio"


def open_source(parameters: IngestionParameters) -> PhotoSource:
    """Return where the photos are; photos that come from the studio are rendered first.

    Raises SourceError if a folder is missing, empty, or not a folder.
    """
    if parameters.source == "studio":
        made = _render(parameters, parameters.studio.creators_photos, STUDIO_FOLDER)
        folders = {name: f"{STUDIO_FOLDER}/{name}" for name in ("creators", "users", "truth", "oracle", "regions")}
        return PhotoSource(kind="studio", **folders, users_are_studio=True, fingerprint=made)
    creators, users = photo_folders(parameters)
    made = ""
    if users is None:
        folder = f"{STUDIO_FOLDER}_users"
        made, users = _render(parameters, 0, folder), in_project(f"{folder}/users")
        log.warning("ingestion.users is empty: the studio's neutral people take the place of users' photos")
    require_apart(creators, users)
    folders = {"creators": as_written(creators), "users": as_written(users)}
    digest = fingerprint({"kind": "folder", **folders}, made)
    return PhotoSource(kind="folder", **folders, users_are_studio=bool(made), fingerprint=digest)


def scan_photos(source: PhotoSource, before: pd.DataFrame | None, parameters: IngestionParameters) -> pd.DataFrame:
    """Return the manifest: every file, whether it is used, and if not, why."""
    fixed: dict[str, str] = {}
    for kind, split in (("truth", "validation"), ("oracle", "test")):  # who has an oracle has a truth as well
        if folder := source.truth_folders.get(kind):
            fixed |= {picture.stem: split for picture in folder.rglob("*.png")}
    folders = PhotoFolders(in_project(source.creators), in_project(source.users), fixed)
    settings = ScanSettings(
        base=project_folder(),
        ledger=project_ledger(),
        max_pixels=int(parameters.max_megapixels * 1e6),
        seed=parameters.split_seed,
        workers=parameters.workers,
    )
    manifest = scan(folders, before, settings)
    remember_creators(manifest, folders.creators, project_folder(), settings.ledger, ledgers_of().user)
    counts = manifest["status"].value_counts()
    log.info("%d files: %s", len(manifest), ", ".join(f"{count} {status}" for status, count in counts.items()))
    left = manifest[(manifest["status"] == "accepted") & (manifest["role"] == "creator")]
    if left.empty:
        reasons = "; ".join(manifest.loc[manifest["role"] == "creator", "reason"].unique()[:3])
        where = f"no usable photo of a creator with consent in {source.creators}"
        raise SourceError(f"{where}; the reasons are above: {reasons}")
    return manifest


def _render(parameters: IngestionParameters, creators_photos: int, folder: str) -> str:
    """Render the studio's photos; return the digest of the settings and of the code that rendered them."""
    studio = parameters.studio
    # The last third tests and the quarter before it validates; their truth in each look is known, if there are looks.
    test, validation = 2 * studio.users // 3, 5 * studio.users // 12
    known = (tuple(range(test, studio.users)), tuple(range(validation, test))) if creators_photos else ((), ())
    settings = StudioSettings(creators_photos, studio.users, studio.size, studio.seed, *known)
    render_demo_set(in_project(folder), settings, parameters.workers, True)
    return file_sha256(in_project(folder) / DONE)
