"""People in files of photos that come without a manifest: the face of each photo that shows one, cropped."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.faces.detect import Detector
from influencer_style.faces.examine import Standards, examine
from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest
from influencer_style.photos.manifest import mark_duplicates
from influencer_style.photos.parallel import map_bounded


@dataclass(frozen=True)
class Portraits:
    """Face crops, in an order that depends on the files' bytes alone, not on their names.

    Attributes:
        crops: uint8 sRGB (n, s, s, 3).
        files: The photo of each.
        left_out: How many photos were not used, by the reason's code.
    """

    crops: np.ndarray
    files: list[Path]
    left_out: dict[str, int]


def crop_portraits(
    files: Sequence[Path], open_detector: Callable[[], Detector], standards: Standards, workers: int
) -> Portraits:
    """Find, examine and crop the face in every photo; near copies and photos that cannot be used are left out.

    Args:
        files: The photos.
        open_detector: Opens a face detector; each thread has its own. It is called first, so a model that cannot be
            used ends the run at once, with the detector's own error.
        standards: What a photo and its crop must meet.
        workers: Threads.
    """
    empty = np.zeros((0, standards.size, standards.size, 3), np.uint8)
    open_detector()
    if not files:
        return Portraits(empty, [], {})
    local = threading.local()

    def look_at(path: Path) -> tuple[dict[str, Any], np.ndarray | None]:
        if not hasattr(local, "detector"):
            local.detector = open_detector()
        try:
            digest = photo_digest(path)
            grading, crop = examine(decode_photo(path), local.detector, standards)
        except PhotoError as error:
            return {"path": str(path), "status": "rejected", "reason": str(error), "sha256": "", "phash": ""}, None
        status = "accepted" if crop is not None else "rejected"
        facts = {"status": status, "reason": grading.reason, "sha256": digest.sha256, "phash": digest.phash}
        return {"path": str(path), **facts}, crop

    found = map_bounded(look_at, files, workers)
    rows, crops = zip(*tqdm(found, total=len(files), desc="Finding faces", unit="photo"), strict=True)
    table = mark_duplicates(pd.DataFrame(rows).assign(role="user", creator=""))
    used = table[table["status"] == "accepted"].sort_values("sha256")
    reasons = [reason.partition(":")[0] for reason in table.loc[table["status"] != "accepted", "reason"]]
    return Portraits(
        np.stack([crops[i] for i in used.index]) if len(used) else empty,
        [Path(path) for path in used["path"]],
        dict(sorted(Counter(reasons).items())),
    )
