"""Writes new portraits into a folder with an index: makes nothing twice, and goes on where it was killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

from PIL import Image
from tqdm import tqdm

from influencer_style.batches.gathering import BatchError, safe_name
from influencer_style.batches.index import Row
from influencer_style.batches.picture_folder import PictureFolder, has_record
from influencer_style.provenance.record import GENERATED, read_record
from influencer_style.reports.grid import draw_grid
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.storage.regular import is_regular
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.result import Provenance, Result

_COLUMNS, _TILE = 8, 192  # of a sheet


class GeneratedBatch:
    """The portraits of a request as PNG files, named after look, seed and number, and their index as in `Batch`.

    Raises BatchError when the index cannot be read.
    """

    def __init__(self, generation: Generation, out: Path, index: Path | None = None) -> None:
        self._generation, self._folder = generation, PictureFolder(out, index)
        self.index = self._folder.index

    def run(self, report: Callable[[Path], None] = lambda _: None) -> tuple[int, int]:
        """Make the portraits that do not exist yet; return how many were written, and how many existed.

        However this ends, the index is written; `report` gets each picture's file as soon as it exists. While another
        batch writes to the same index, this one waits.

        Raises StylistError as `Generation.make` does (what was written before stays), BatchError when the folder cannot
        be written to, or a file that is not ours has a portrait's name.
        """
        count, written = self._generation.request.count, 0
        with self._folder.changing():
            self._folder.clean(self._folder.path)
            for number in tqdm(range(count), "Generating", unit="portrait", disable=True if count < 2 else None):
                picture = self.path(number)
                if not self._exists(picture, number):
                    made = self._generation.make(number)
                    if not written:
                        self._generation.note_written(self._folder.path, self.index.path)
                    self._write(picture, made)
                    written += 1
                report(picture)
        return written, count - written

    def path(self, number: int) -> Path:
        """Return the file of a portrait."""
        return self._named(f"{number:04d}")

    def draw_sheet(self, most: int) -> Image.Image:
        """Draw the first portraits, `most` of them at most, in rows; they were written before."""
        request = self._generation.request
        shown = [_opened(self.path(number)) for number in range(min(request.count, most))]
        columns = min(_COLUMNS, len(shown))
        rows = [shown[i : i + columns] for i in range(0, len(shown), columns)]
        return draw_grid(rows, [""] * columns, [""] * len(rows), min(_TILE, request.size))

    def write_sheet(self) -> Path:
        """Write a sheet of all portraits, which were written before; return its file. Raises BatchError."""
        count = self._generation.request.count
        about: Provenance = {"number": None, "portraits": count}
        path = self._named("sheet")
        with self._folder.writing():
            sheet = self.draw_sheet(count)
            self._generation.note_written(path)
            record = cast("Provenance", read_record(self.path(0)))  # what `_write` has written
            Result(sheet, [], {**record, **about}, source_type=GENERATED).save(path)
        return path

    def _exists(self, picture: Path, number: int) -> bool:
        """Whether a portrait exists as it would be made; its row is in the index then."""
        row, fingerprint = self._folder.row(picture), self._generation.fingerprint
        if not os.path.lexists(picture):
            return False
        if not is_regular(picture):
            raise BatchError(f"{picture} is no regular file; move it away, or choose another --out")
        if row and row.asked == fingerprint and self._folder.is_unchanged(picture, row):
            return True
        if self._folder.take_in(picture, self._generation.request.look, asked=fingerprint, number=number):
            return True
        if row is None and not has_record(picture):
            raise BatchError(f"{picture} is no portrait of this software; move it away, or choose another --out")
        return False  # it was ours, and is damaged or another

    def _write(self, picture: Path, result: Result) -> None:
        about: Provenance = {"asked": self._generation.fingerprint}
        result = replace(result, provenance={**result.provenance, **about})
        with self._folder.writing():
            result.save(picture)
            digest = file_sha256(picture)
        look = self._generation.request.look
        self._folder.put(Row.of(self._folder.entry(picture), digest, look, result.provenance))

    def _named(self, tail: str) -> Path:
        request = self._generation.request
        return self._folder.path / f"{safe_name(request.look)}-{request.way}-{request.seed}-{tail}.png"


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
