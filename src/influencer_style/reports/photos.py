"""What became of the photos: how many were used, and why the others were not.

`manifest` has a row for each photo that was found, `faces` one for each that was accepted; see `report.Evidence`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_MOST_REASONS = 200
_REFUSED = "creators without consent"  # who did not consent is in the audit log; a report that is shared names nobody


def photo_counts(manifest: pd.DataFrame, faces: pd.DataFrame) -> list[dict[str, Any]]:
    """For each creator, for those whose consent does not hold together, and for the users: how many photos were found,
    used, and left out, by kind.
    """
    photos = manifest.merge(
        faces[["photo_id", "status"]].drop_duplicates("photo_id").rename(columns={"status": "face"}),
        on="photo_id",
        how="left",
    )
    who = np.where(photos["role"] == "user", "users", photos["creator"])
    who = np.where(photos["status"] == "refused", _REFUSED, who)
    rows = []
    for name, own in photos.groupby(who, sort=True):
        accepted = own["status"] == "accepted"
        used = own[accepted & (own["face"] == "kept")]
        counts = {status: int((own["status"] == status).sum()) for status in ("duplicate", "quarantined", "refused")}
        splits = {split: int((used["split"] == split).sum()) for split in ("train", "validation", "test")}
        left = {"no usable face": int((accepted & (own["face"] != "kept")).sum())}
        rows.append({"who": name, "found": len(own)} | splits | left | counts)
    return rows


def photos_left_out(manifest: pd.DataFrame, faces: pd.DataFrame) -> list[dict[str, str]]:
    """The photos that could not be used, by file name, with the reason; at most 200, and none that was refused."""
    bad = manifest[manifest["status"].isin(["duplicate", "quarantined"])][["path", "status", "reason"]]
    rejected = faces[faces["status"] == "rejected"][["photo_id", "reason"]]
    faceless = manifest.loc[manifest["status"] == "accepted", ["photo_id", "path"]].merge(rejected, on="photo_id")
    rows = pd.concat([bad, faceless.assign(status="no usable face")[["path", "status", "reason"]]])
    return [
        {"file": "/".join(Path(str(row.path)).parts[-2:]), "status": row.status, "reason": str(row.reason)}
        for row in rows.head(_MOST_REASONS).itertuples()
    ]
