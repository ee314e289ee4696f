"""The same picture twice: exact copies anywhere, near copies (re-encoded, resized) within one owner."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Bits of 256 in which two perceptual hashes may differ. Measured: 61 real photos, each saved again as JPEG of quality
# 40 and 20, halved, quartered and brightened by 15%, differ by 12 at most. Different real photos differ by 60 or more;
# photos of one studio creator, the same person in the same frame with another pose, light and grain, by 24 or more.
MOST_BITS = 16


def mark_duplicates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest with every accepted row that repeats an earlier one marked duplicate, naming that one.

    Earlier means: creators before users, then by path. Columns used: status, sha256, phash, role, creator, path.
    """
    first: dict[str, str] = {}
    status, reason = table["status"].to_numpy(object, copy=True), table["reason"].to_numpy(object, copy=True)
    accepted = table.assign(place=np.arange(len(table)))[table["status"] == "accepted"].sort_values(["role", "path"])
    for _, own in accepted.groupby(["role", "creator"], sort=True):  # "creator" sorts before "user"
        hashes, paths = np.empty((len(own), 4), np.uint64), []
        for row in own.itertuples():
            bits = np.frombuffer(bytes.fromhex(row.phash), np.uint64)
            differing = np.bitwise_count(hashes[: len(paths)] ^ bits).sum(1)
            if row.sha256 in first:
                status[row.place], reason[row.place] = "duplicate", f"exact_copy: of {first[row.sha256]}"
            elif len(paths) and differing.min() <= MOST_BITS:
                status[row.place], reason[row.place] = "duplicate", f"near_copy: of {paths[int(differing.argmin())]}"
            else:
                hashes[len(paths)] = bits
                paths.append(row.path)
            first.setdefault(row.sha256, row.path)
    return table.assign(status=pd.Series(status, table.index, "str"), reason=pd.Series(reason, table.index, "str"))
