"""The face store: crops in memory-mapped shards with their rows, appended to, never half written."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from pathlib import Path

import numpy as np
import pandas as pd

from influencer_style.storage.atomic import atomic_file, write_bytes, write_text
from influencer_style.storage.private import private_folder

MOST = 256  # crops in a shard
LABELS = ("creator", "slug", "role", "split")
SCHEMA = {
    "photo_id": "str",
    "creator": "str",
    "slug": "str",
    "role": "str",
    "split": "str",
    "status": "str",
    "reason": "str",
    "cx": "float64",
    "cy": "float64",
    "side": "float64",
    "angle": "float64",
    "face_px": "float64",
    "sharpness": "float64",
    "shard": "int64",
    "row": "int64",
}
HEAD = "store.json"


class FaceStore:
    """A folder of crops, all of one size, and a row for each photo that was examined.

    ``table`` has the columns of SCHEMA (and those that a caller added): status kept or rejected, the reason of a
    rejection, the crop's transform in photo pixels and radians, the face's width in photo pixels, its sharpness; shard
    and row say where the pixels are (row -1: a rejected photo has none). One row for each value of ``keys``. ``whole``
    is false while photos are being examined, and stays so if that is interrupted.
    """

    def __init__(self, folder: Path, size: int, fingerprint: str, keys: tuple[str, ...], whole: bool = True) -> None:
        self.folder, self.size, self.fingerprint, self.keys, self.whole = folder, size, fingerprint, keys, whole
        self._maps: dict[int, np.ndarray] = {}
        self.table = self._read()

    @classmethod
    def open(cls, folder: str | Path) -> FaceStore:
        """Open the store in ``folder``.

        Raises:
            FileNotFoundError: If there is none.
            ValueError: If its files are damaged.
        """
        folder = Path(folder)
        if not (folder / HEAD).is_file():
            raise FileNotFoundError(f"{folder} holds no face crops; make them with: kedro run --pipeline preprocessing")
        try:
            head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
            size, keys = int(head["size"]), tuple(head["keys"])
            return cls(folder, size, str(head["fingerprint"]), keys, bool(head.get("whole", True)))
        except (json.JSONDecodeError, KeyError, TypeError, OSError) as error:
            raise ValueError(
                f"{folder}: damaged face store ({error}); remove the folder and run preprocessing"
            ) from None

    @classmethod
    def create(
        cls, folder: str | Path, size: int, fingerprint: str, keys: Sequence[str] = ("photo_id",), whole: bool = True
    ) -> FaceStore:
        """Make an empty store in ``folder`` for crops of ``size`` pixels; an existing store is replaced."""
        folder = Path(folder)
        foreign = folder.exists() and any(not _ours(file) for file in folder.iterdir())
        if foreign and not (folder / HEAD).is_file():
            raise FileExistsError(f"{folder} holds other files; give the face store a folder of its own")
        (folder / HEAD).unlink(missing_ok=True)  # first: shards without a head are no store
        shutil.rmtree(folder, ignore_errors=True)
        private_folder(folder)
        store = cls(folder, size, fingerprint, tuple(keys))
        store.mark(whole)
        return store

    def mark(self, whole: bool) -> None:
        """Record whether all photos have been examined."""
        self.whole = whole
        head = {"size": self.size, "fingerprint": self.fingerprint, "keys": list(self.keys), "whole": whole}
        write_text(self.folder / HEAD, json.dumps(head, indent=2) + "\n")

    def __len__(self) -> int:
        return len(self.table)

    @property
    def kept(self) -> pd.DataFrame:
        """The rows that have pixels."""
        return self.table[self.table["status"] == "kept"].reset_index(drop=True)

    @property
    def creators(self) -> dict[str, str]:
        """The creators who have photos here, by slug."""
        own = self.table[self.table["role"] == "creator"]
        return dict(zip(own["slug"], own["creator"], strict=True))

    def without_creators_but(self, slugs: Collection[str]) -> FaceStore:
        """Return a view of this store without the photos of all other creators, for reading; nothing is copied."""
        seen = copy(self)
        seen.table = self.table[(self.table["role"] != "creator") | self.table["slug"].isin(list(slugs))]
        return seen

    def pixels(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the crops of ``rows`` (kept rows of ``table``), uint8 (n, size, size, 3), in their order."""
        crops = np.empty((len(rows), self.size, self.size, 3), np.uint8)
        shards, places = rows["shard"].to_numpy(), rows["row"].to_numpy()
        if (places < 0).any():
            raise ValueError("rejected photos have no pixels; take rows from FaceStore.kept")
        for shard in np.unique(shards):
            chosen = shards == shard
            crops[chosen] = self._map(int(shard))[places[chosen]]
        return crops

    def append(self, rows: pd.DataFrame, crops: np.ndarray) -> None:
        """Add ``rows`` (without shard and row) with ``crops``, uint8 (kept rows, size, size, 3), in the rows' order.

        Raises:
            ValueError: If a column is missing or the crops do not fit the rows.
        """
        missing = [name for name in SCHEMA if name not in (*rows.columns, "shard", "row")]
        kept = (rows["status"] == "kept").to_numpy() if not missing else np.zeros(0, bool)
        if missing or crops.dtype != np.uint8 or crops.shape != (kept.sum(), self.size, self.size, 3):
            raise ValueError(
                f"rows lack {missing}" if missing else f"{kept.sum()} kept rows of {self.size} px, crops {crops.shape}"
            )
        starts = range(0, len(rows), MOST)
        for start in starts:
            part = slice(start, start + MOST)
            first = int(kept[:start].sum())
            self._write(rows.iloc[part], crops[first : first + int(kept[part].sum())])
        self.table = self._read()

    def select(self, photo_ids: Iterable[str]) -> None:
        """Drop every row of other photos, and its pixels from the disk."""
        self.keep(self.table["photo_id"].isin(list(photo_ids)))

    def keep(self, wanted: pd.Series) -> None:
        """Drop every row of ``table`` that is not ``wanted`` (a bool for each), and its pixels from the disk."""
        for orphan in set(self.folder.glob("shard-*.npy")) - {f.with_suffix(".npy") for f in self._row_files()}:
            orphan.unlink()  # written by a run that was killed before its rows were
        for shard in self.table.loc[~wanted, "shard"].unique():
            rows = self.table[wanted & (self.table["shard"] == shard)]
            if len(rows):  # first the new shard, then the old one goes: a kill in between leaves rows twice, not none
                self._write(rows, self.pixels(rows[rows["row"] >= 0]))
            self._remove(int(shard))
        self.table = self._read()

    def relabel(self, labels: pd.DataFrame) -> None:
        """Take creator, slug, role and split of each photo from ``labels`` (which has photo_id), if they changed."""
        fresh = labels.drop_duplicates("photo_id").set_index("photo_id")
        labelled = self.table["photo_id"].isin(fresh.index)
        new = self.table.copy()
        for name in LABELS:
            new.loc[labelled, name] = new.loc[labelled, "photo_id"].map(fresh[name])
        changed = (new[list(LABELS)] != self.table[list(LABELS)]).any(axis=1)
        for shard in new.loc[changed, "shard"].unique():
            self._write_rows(int(shard), new[new["shard"] == shard])
        self.table = self._read()

    def _row_files(self) -> list[Path]:
        return sorted(self.folder.glob("shard-*.parquet"))

    def _shard(self, number: int) -> tuple[Path, Path]:
        return self.folder / f"shard-{number:05d}.npy", self.folder / f"shard-{number:05d}.parquet"

    def _map(self, shard: int) -> np.ndarray:
        if shard not in self._maps:
            path = self._shard(shard)[0]
            try:
                crops = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise ValueError(f"{path} is damaged ({error}); remove {self.folder} and run preprocessing") from None
            if crops.dtype != np.uint8 or crops.shape[1:] != (self.size, self.size, 3):
                raise ValueError(
                    f"{path} holds {crops.dtype} {crops.shape}; remove {self.folder} and run preprocessing"
                )
            self._maps[shard] = crops
        return self._maps[shard]

    def _write(self, rows: pd.DataFrame, crops: np.ndarray) -> None:
        number = 1 + max((int(file.stem[6:]) for file in self.folder.glob("shard-*.*")), default=-1)
        rows = rows.assign(shard=number, row=-1)
        rows.loc[rows["status"] == "kept", "row"] = np.arange(len(crops))
        pixels = io.BytesIO()  # NumPy's own writing to a file hides what the disk says
        np.save(pixels, np.ascontiguousarray(crops), allow_pickle=False)
        write_bytes(self._shard(number)[0], pixels.getbuffer())
        self._write_rows(number, rows)  # last: the rows make the shard count

    def _write_rows(self, number: int, rows: pd.DataFrame) -> None:
        with atomic_file(self._shard(number)[1]) as temporary:
            rows.astype(SCHEMA).to_parquet(temporary, index=False)

    def _remove(self, number: int) -> None:
        self._maps.pop(number, None)
        for path in reversed(self._shard(number)):
            path.unlink(missing_ok=True)

    def _read(self) -> pd.DataFrame:
        parts = []
        for file in self._row_files():
            try:
                parts.append(pd.read_parquet(file))
            except (OSError, ValueError) as error:
                raise ValueError(f"{file} is damaged ({error}); remove {self.folder} and run preprocessing") from None
        if not parts:
            return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SCHEMA.items()})
        table = pd.concat(parts, ignore_index=True)
        return table.drop_duplicates([k for k in self.keys if k in table], keep="last", ignore_index=True)


def _ours(file: Path) -> bool:
    return file.name.lstrip(".").startswith(("shard-", "store"))
