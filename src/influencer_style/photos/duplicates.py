"""Repeated pictures: exact copies anywhere, near copies (re-encoded, resized) within one owner."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Bits of 256 in which two perceptual hashes may differ. Measured: 61 real photos, each saved again as JPEG of quality
# 40 and 20, halved, quartered and brightened by 15%, differ by 12 at most. Different real photos differ by 60 or more;
# photos of one studio creator, the same person in the same frame with another pose, light and grain, by 24 or more.
MOST_BITS = 16


def mark_duplicates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest with every accepted row that repeats an earlier one marked duplicate, naming that one.

    Creators' photos come before users', then paths decide. Columns used: status, sha256, phash, role, creator, path.
    """
    first: dict[str, str] = {}
    status, reason = table["status"].to_numpy(object, copy=True), table["reason"].to_numpy(object, copy=True)
    accepted = table.assign(place=np.arange(len(table)))[table["status"] == "accepted"].sort_values(["role", "path"])
    for _, own in accepted.groupby(["role", "creator"], sort=True):  # "creator" sorts before "user"
        hashes, paths = np.empty((len(own), 4), np.uint64), list[str]()
        columns = (own[name] for name in ("place", "path", "sha256", "phash"))
        for place, path, sha256, phash in zip(*columns, strict=True):
            bits = np.frombuffer(bytes.fromhex(phash), np.uint64)
            differing = np.bitwise_count(hashes[: len(paths)] ^ bits).sum(1)
            if sha256 in first:
                status[place], reason[place] = "duplicate", f"exact_copy: of {first[sha256]}"
            elif paths and differing.min() <= MOST_BITS:
                status[place], reason[place] = "duplicate", f"near_copy: of {paths[int(differing.argmin())]}"
            else:
                hashes[len(paths)] = bits
                paths.append(path)
            first.setdefault(sha256, path)
    return table.assign(status=pd.Series(status, table.index, "str"), reason=pd.Series(reason, table.index, "str"))
