"""Writes new portraits into a folder beside an index: makes nothing twice, and goes on where it was killed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from influencer_style.batches.gathering import BatchError
from influencer_style.batches.index import Index, Row
from influencer_style.batches.picture_names import safe_name
from influencer_style.batches.turns import turn
from influencer_style.batches.writing import prepare, writing
from influencer_style.photos.decode import PhotoError, photo_digest
from influencer_style.project.signals import undisturbed
from influencer_style.provenance.record import GENERATED, RecordError, read_record
from influencer_style.storage.atomic import remove_leftovers
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.storage.regular import is_regular
from influencer_style.stylist.generation import Generation, check_count
from influencer_style.stylist.result import Result

_COLUMNS, _TILE = 8, 192  # of a sheet


class GeneratedBatch:
    """Portraits 0 to `count` - 1 of a seed, as PNG files named after look, seed and number.

    Args:
        generation: makes them.
        out: folder of the pictures; made if it is not there.
        index: its file; `out/index.parquet` by default.

    Raises:
        BatchError: when the index cannot be read.
    """

    def __init__(self, generation: Generation, out: Path, index: Path | None = None) -> None:
        self._generation, self._out = generation, Path(out)
        self.index = Index(index or self._out / "index.parquet")

    def run(self, count: int, told: Callable[[Path], None] = lambda picture: None) -> tuple[int, int]:
        """Make what is not there yet; return how many were written, and how many were there.

        However this ends, the index is written. While another batch writes beside the same index, this one waits.

        Args:
            count: how many portraits there shall be.
            told: is called with each picture's file, as soon as it is there.

        Raises:
            StylistError: see `Generation.make`, and for a count out of range; what was written before stays.
            BatchError: when the folder cannot be written to, or a file that is not ours has a portrait's name.
        """
        check_count(count)
        prepare(self._out, self.index)
        with turn(self.index.path):
            self.index.read_again()
            return self._run(count, told)

    def _run(self, count: int, told: Callable[[Path], None]) -> tuple[int, int]:
        remove_leftovers(self._out)
        written = 0
        try:
            for number in tqdm(range(count), "Generating", unit="portrait", disable=True if count < 2 else None):
                picture = self.path(number)
                if not self._known(picture, number):
                    made = self._generation.make(number)
                    if not written:
                        self._generation.note_written(self._out, self.index.path)
                    self._write(picture, made)
                    written += 1
                told(picture)
        finally:
            with undisturbed(), writing(self._out):
                self.index.save()
        return written, count - written

    def path(self, number: int) -> Path:
        """Return the file of a portrait."""
        return self._named(f"{number:04d}")

    def write_sheet(self, count: int) -> Path:
        """Write a sheet of the portraits 0 to `count` - 1, which are there; return its file.

        Raises:
            BatchError: when it cannot be written.
        """
        pictures = [self.path(number) for number in range(count)]
        record = read_record(pictures[0]) | {"number": None, "portraits": count}
        path = self._named("sheet")
        with writing(self._out):
            sheet = draw_sheet(pictures, self._generation.asked.size)
            self._generation.note_written(path)
            Result(sheet, [], record, source_type=GENERATED).save(path)
        return path

    def _known(self, picture: Path, number: int) -> bool:
        """Whether a portrait is there as it would be made; its row is in the index then."""
        row, asked = self.index.get(self._entry(picture)), self._generation.fingerprint
        if not os.path.lexists(picture):
            return False
        if not is_regular(picture):
            raise BatchError(f"{picture} is no regular file; move it away, or choose another --out")
        if row and row.asked == asked and file_sha256(picture) == row.sha256:
            return True
        try:
            record = read_record(picture)
        except RecordError as error:
            if row:
                return False  # it was ours, and is damaged
            raise BatchError(
                f"{picture} is no portrait of this software; move it away, or choose another --out"
            ) from error
        try:
            if record.get("asked") == asked and record.get("number") == number:
                self._put(picture, photo_digest(picture).sha256, record)  # all of it can be decoded
                return True
        except (PhotoError, KeyError, TypeError, ValueError):
            pass  # damaged: it is made again
        return False

    def _write(self, picture: Path, result: Result) -> None:
        record = result.provenance | {"asked": self._generation.fingerprint}
        with writing(self._out):
            replace(result, provenance=record).save(picture)
            self._put(picture, file_sha256(picture), read_record(picture))

    def _put(self, picture: Path, sha256: str, record: dict[str, Any]) -> None:
        self.index.put(
            Row(
                picture=self._entry(picture),
                sha256=sha256,
                model_version=str(record["model_version"]),
                model_fingerprint=str(record["model_fingerprint"]),
                look=self._generation.asked.look,
                strength=1.0,
                creators=", ".join(record["looks"]),
                consents=json.dumps(record["consents"], ensure_ascii=False, default=str),
                time=str(record["written"]),
                asked=self._generation.fingerprint,
            )
        )

    def _named(self, tail: str) -> Path:
        asked = self._generation.asked
        return self._out / f"{safe_name(asked.look)}-{asked.way}-{asked.seed}-{tail}.png"

    def _entry(self, picture: Path) -> str:
        return Path(os.path.relpath(picture, self.index.path.parent)).as_posix()


def draw_sheet(pictures: list[Path], size: int) -> Image.Image:
    """Draw portraits, files of `size` pixels a side, in rows."""
    from influencer_style.reports.grid import draw_grid

    shown = [_opened(picture) for picture in pictures]
    columns = min(_COLUMNS, len(shown))
    rows = [shown[i : i + columns] for i in range(0, len(shown), columns)]
    return draw_grid(rows, [""] * columns, [""] * len(rows), min(_TILE, size))


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
