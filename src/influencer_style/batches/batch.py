"""Restyles many photos: streams, does nothing twice, names what it cannot use, and goes on where it was killed."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from influencer_style.batches.gathering import Photo, picture_names, refuse_circles
from influencer_style.batches.index import Row
from influencer_style.batches.picture_folder import PictureFolder, has_record
from influencer_style.photos.decode import PhotoError, photo_header
from influencer_style.photos.losses import TRANSPARENCY
from influencer_style.provenance.formats import WRITTEN
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.storage.regular import is_regular
from influencer_style.storage.text import utf8
from influencer_style.storage.walk import closed
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.result import Provenance, Result
from influencer_style.stylist.stylist import Stylist

Status = Literal["written", "up to date", "quarantined"]


@dataclass(frozen=True)
class Outcome:
    """What became of a photo: its picture, or the reason why it has none; notices are sentences."""

    photo: Path
    status: Status
    picture: Path | None = None
    reason: str = ""
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Job:
    """A photo, the file of its picture, and the photo's SHA-256, which is empty where it cannot be read."""

    photo: Photo
    picture: Path
    sha256: str = ""


class Batch:
    """Restyles photos into a folder, with an index.

    A picture that exists, and was made from the same bytes by the same model and request, is not made again: the index
    knows, or the picture's own record, so that nothing is lost where a killed run has not written the index.

    The folder `out` is made if it does not exist, and holds the index, `index.parquet`, unless another file is given.
    Photos that lie in the folder `base` are written relative to it in the index, others absolute.

    Raises StylistError when the model cannot do what is requested, whatever the photo, BatchError when the index cannot
    be read.
    """

    def __init__(
        self, stylist: Stylist, restyling: Restyling, out: Path, index: Path | None = None, base: Path | None = None
    ) -> None:
        stylist.check(restyling.look)
        self._stylist, self._restyling = stylist, restyling
        self._folder = PictureFolder(out, index)
        self.index = self._folder.index
        self._base = base
        self._fingerprint = restyling.fingerprint(*stylist.identity)
        self._noted = False

    def run(self, photos: Sequence[Photo], report: Callable[[Outcome], None] = lambda _: None) -> Counter[Status]:
        """Restyle photos; return how many were written, up to date or quarantined.

        What is wrong with a photo is its outcome, and ends nothing; `report` gets each outcome as soon as it is known.
        However this ends, the index is written. While another batch writes to the same index, this one waits.

        Raises BatchError when pictures would be among the photos, or the folder cannot be written to, StylistError when
        the consent ends meanwhile; what was written before stays, and is in the index.
        """
        self._jobs(photos)  # refuses circles before anything is made
        with self._folder.changing():
            return self._run(self._jobs(photos), report)

    def _jobs(self, photos: Sequence[Photo]) -> list[_Job]:
        named = picture_names(photos, self._restyling.label, self._restyling.format, self._is_free)
        jobs = [_Job(photo, self._folder.path / name) for photo, name in named]
        refuse_circles(photos, [job.picture for job in jobs])
        return jobs

    def _run(self, jobs: list[_Job], report: Callable[[Outcome], None]) -> Counter[Status]:
        for folder in {job.picture.parent for job in jobs}:
            self._folder.clean(folder)
        counts: Counter[Status] = Counter()
        under_way: deque[_Job] = deque()
        with tqdm(total=len(jobs), desc="Restyling", unit="photo", disable=True if len(jobs) < 2 else None) as bar:

            def done(outcome: Outcome) -> None:
                counts[outcome.status] += 1
                report(outcome)
                bar.update()

            def to_do() -> Iterator[Path]:
                for job in map(self._begin, jobs):
                    if isinstance(job, Outcome):
                        done(job)
                    else:
                        under_way.append(job)
                        yield job.photo.path

            for _, result in self._stylist.restyle_many(to_do(), self._restyling):
                done(self._keep(under_way.popleft(), result))
        return counts

    def _begin(self, job: _Job) -> _Job | Outcome:
        """Return a job with its photo's SHA-256; or its outcome, where there is nothing to do."""
        photo = job.photo
        try:
            if problem := closed(photo.path):
                raise PhotoError("unreadable", problem)
            photo_header(photo.path, root=photo.root)
            job = replace(job, sha256=file_sha256(photo.path))
        except PhotoError as error:
            return self._quarantined(job, str(error))
        except OSError as error:
            reason = f"unreadable: cannot be read ({error.strerror}); check the file and its rights"
            return self._quarantined(job, reason)
        return self._done_before(job) or job

    def _done_before(self, job: _Job) -> Outcome | None:
        """Return the outcome of a photo that an earlier run has dealt with; None where there is work to do."""
        path, picture, row = job.photo.path, job.picture, self._folder.row(job.picture)
        if row and row.source_sha256 == job.sha256 and row.asked == self._fingerprint:
            if row.status == "quarantined":
                return Outcome(path, "quarantined", None, row.reason)
            if self._folder.is_unchanged(picture, row):
                self._folder.put(replace(row, photo=self._written(job.photo)))
                return Outcome(path, "up to date", picture)
        about = {"asked": self._fingerprint, "source_sha256": job.sha256}
        if self._folder.take_in(picture, self._restyling.label, self._written(job.photo), **about):
            return Outcome(path, "up to date", picture)
        return None

    def _keep(self, job: _Job, result: Result | Exception) -> Outcome:
        """Write a picture and its row; or a row that says why the photo has none."""
        if isinstance(result, Exception):
            return self._quarantined(job, str(result))
        picture = job.picture
        most = WRITTEN[picture.suffix].most_side
        if max(result.picture.size) > most:
            reason = f"too_large: a {picture.suffix} file has room for {most} px a side at most; choose --format png"
            return self._quarantined(job, reason)
        transparent = result.picture.mode == "RGBA" and result.picture.getchannel("A").getextrema() != (255, 255)
        if picture.suffix in (".jpg", ".jpeg") and transparent:
            result = replace(result, notices=[*result.notices, TRANSPARENCY])
        about: Provenance = {"asked": self._fingerprint, "notices": list(result.notices)}
        result = replace(result, provenance={**result.provenance, **about})
        if not self._noted:  # before the first picture is written: whose look this folder gets
            reference, looks = result.provenance["reference"], result.provenance["looks"]
            creators = [reference["creator"]] if reference and reference["creator"] else list(looks)
            note = self._stylist.permission.note_written
            note(self._stylist.bundle, creators, self._folder.path, self.index.path)
            self._noted = True
        if reason := self._folder.save(result, picture):
            return self._quarantined(replace(job, sha256=""), f"unwritable: {reason}")
        entry, photo = self._folder.entry(picture), self._written(job.photo)
        self._folder.put(Row.of(entry, file_sha256(picture), self._restyling.label, result.provenance, photo))
        return Outcome(job.photo.path, "written", picture, notices=tuple(result.notices))

    def _quarantined(self, job: _Job, reason: str) -> Outcome:
        if os.path.lexists(job.photo.path):  # a mistyped path is not a photo
            row = self._folder.row(job.picture) or Row(self._folder.entry(job.picture), look=self._restyling.label)
            row = replace(row, photo=self._written(job.photo), source_sha256=job.sha256, asked=self._fingerprint)
            self._folder.put(replace(row, status="quarantined", reason=reason))
        return Outcome(job.photo.path, "quarantined", None, reason)

    def _is_free(self, name: str, photo: Photo) -> bool:
        """Whether no other photo has a picture of this name, nor any other program a file."""
        path = self._folder.path / name
        row = self._folder.row(path)
        if row is None:
            return not os.path.lexists(path) or (is_regular(path) and has_record(path))
        if row.photo == self._written(photo):
            return True
        # A photo that was moved keeps its picture; one that took the place of another does not get the other's.
        before = Path(row.photo) if self._base is None else self._base / row.photo
        try:
            return not before.exists() and row.source_sha256 == file_sha256(photo.path)
        except OSError:
            return False

    def _written(self, photo: Photo) -> str:
        place = photo.absolute
        if self._base is not None and place.is_relative_to(self._base):
            place = place.relative_to(self._base)
        return utf8(place.as_posix())
