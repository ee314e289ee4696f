"""The nodes of `stylize`."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.batches.batch import Batch, Outcome, Status
from influencer_style.batches.gathering import BatchError, gather
from influencer_style.photos.decode import PhotoError, photo_thumbnail
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.stylize.parameters import StylizeParameters, photo_folder
from influencer_style.project.folder import in_project, model_place, project_folder
from influencer_style.reports.grid import draw_grid
from influencer_style.storage.text import one_line
from influencer_style.stylist.stylist import Stylist
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_STATUSES: tuple[Status, ...] = ("written", "up to date", "quarantined")
_PICTURES = "restyled"  # folder of the pictures, next to the index
_MOST_NAMED = 20  # photos that are named in the log; the index has all
_TILE, _PAIRS = 192, 4  # px; pairs of photo and picture in a row


def restyle_folder(source: PhotoSource | None, folder: Path, parameters: StylizeParameters) -> pd.DataFrame:
    """Restyle a folder of photos, what is new or changed since the last time, into a sub-folder of `folder`.

    Where `stylize.folder` is empty, these are the photos of the last run's users (`source`). Returns the index: a row
    for each picture, and for each photo that could not be used, why. Raises RegistryError or BundleError when there is
    no model of that name, StylistError when the model cannot do what is requested, BatchError when there are no photos,
    or the folder cannot be written to.
    """
    users = source.users if source else ""
    if not (parameters.folder or users):
        raise BatchError("stylize.folder is empty, and there are no users yet; name a folder, or run `kedro run` first")
    photos_folder = photo_folder(parameters.folder or users)
    stylist = Stylist.load(model_place(parameters.model), parameters.likeness)
    current.shows(stylist.check(parameters.look))
    batch = Batch(stylist, parameters, folder / _PICTURES, folder / "index.parquet", project_folder())
    photos = gather([photos_folder])
    named: list[Path] = []
    start = time.monotonic()

    def report(outcome: Outcome) -> None:
        for words in (outcome.reason, *outcome.notices):
            if words and len(named) < _MOST_NAMED:
                named.append(outcome.photo)
                log.warning("%s: %s", one_line(outcome.photo), one_line(words))

    counts = batch.run(photos, report)
    seconds = time.monotonic() - start
    log.info(
        "%d photos: %d written, %d up to date, %d quarantined; pictures and index.parquet are in %s",
        *(len(photos), counts["written"], counts["up to date"], counts["quarantined"], folder),
    )
    current.log_metrics({status.replace(" ", "_"): float(counts[status]) for status in _STATUSES})
    if counts["written"]:
        current.log_metrics({"seconds_a_photo": seconds / counts["written"]})
    return pd.DataFrame(batch.index.rows())


def draw_restyled(index: pd.DataFrame, folder: Path, parameters: StylizeParameters) -> Image.Image:
    """Draw photos and pictures of the requested look in pairs, the latest first; at most `sheet_photos`."""
    written = index[(index["status"] == "written") & (index["photo"] != "")]  # generated portraits have no photo
    written = written[written["look"] == parameters.label].sort_values("time", ascending=False, kind="stable")
    pairs: list[Image.Image] = []
    for photo, picture in zip(map(str, written["photo"]), map(str, written["picture"]), strict=True):
        try:
            pair = [_small(in_project(photo)), _small(folder / picture)]
        except PhotoError:
            continue  # a photo that is gone, or has changed since; its picture stays
        pairs += pair
        if len(pairs) == 2 * parameters.sheet_photos:
            break
    if not pairs:
        log.warning("No photo was restyled; the sheet is empty.")
        return Image.new("RGB", (_TILE, _TILE), "white")
    columns = min(2 * _PAIRS, len(pairs))
    rows = [pairs[start : start + columns] for start in range(0, len(pairs), columns)]
    return draw_grid(rows, ["photo", "restyled"] * (columns // 2), [""] * len(rows), _TILE)


def _small(path: Path) -> Image.Image:
    return Image.fromarray(photo_thumbnail(path, _TILE))
