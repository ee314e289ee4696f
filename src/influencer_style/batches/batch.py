"""Restyles many photos: streams, does nothing twice, names what it cannot use, and goes on where it was killed."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from tqdm import tqdm

from influencer_style.batches.gathering import Photo, refuse_circles
from influencer_style.batches.index import Index, Row
from influencer_style.batches.picture_names import picture_names
from influencer_style.batches.turns import turn
from influencer_style.batches.writing import prepare, require_inside, writing
from influencer_style.photos.decode import PhotoError, photo_digest, photo_header
from influencer_style.photos.losses import TRANSPARENCY
from influencer_style.project.signals import undisturbed
from influencer_style.provenance.formats import WRITTEN
from influencer_style.provenance.record import RecordError, read_record
from influencer_style.provenance.signer import CredentialsError
from influencer_style.storage.atomic import remove_leftovers
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.storage.regular import is_regular, require_regular
from influencer_style.storage.text import utf8
from influencer_style.storage.walk import closed
from influencer_style.stylist.outcomes import words_of
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.stylist import Result, Stylist, StylistError

Status = Literal["written", "up to date", "quarantined"]
# What a write may fail with that no other photo would do better with.
_ENDS_ALL = {getattr(errno, name, 0) for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE")}


@dataclass(frozen=True)
class Outcome:
    """What became of a photo: its picture, or the reason why there is none; notices are sentences."""

    photo: Path
    status: Status
    picture: Path | None = None
    reason: str = ""
    notices: tuple[str, ...] = ()


class Batch:
    """Restyles photos into a folder, beside an index.

    A picture that is there, and was made from the same bytes by the same model as is asked now, is not made again: the
    index knows, or the picture's own record, so that nothing is lost where the index was not written any more.

    Args:
        stylist: the model.
        restyling: what to do.
        out: folder of the pictures; made if it is not there.
        index: its file; `out/index.parquet` by default.
        base: photos that lie in this folder are written relative to it in the index, others absolute.

    Raises:
        StylistError: when the model cannot do what is asked, whatever the photo.
        BatchError: when the index cannot be read.
    """

    def __init__(
        self, stylist: Stylist, restyling: Restyling, out: Path, index: Path | None = None, base: Path | None = None
    ) -> None:
        stylist.check(restyling.look, restyling.strength, restyling.regions, restyling.faces)
        self._stylist, self._restyling = stylist, restyling
        self._out = Path(out)
        self._index = Index(index or self._out / "index.parquet")
        self._base = base
        self._asked = restyling.fingerprint(stylist)
        self._noted = False

    @property
    def index(self) -> Index:
        """The index, as it stands."""
        return self._index

    def run(self, photos: Sequence[Photo], told: Callable[[Outcome], None] = lambda outcome: None) -> Counter[Status]:
        """Restyle photos; return how many were written, up to date or quarantined.

        What is wrong with a photo is its outcome, and ends nothing. However this ends, the index is written.
        While another batch writes beside the same index, this one waits.

        Args:
            photos: as `gather` has them.
            told: is called with the outcome of each photo, as soon as it is known.

        Raises:
            BatchError: when pictures would be among the photos, or the folder cannot be written to.
            StylistError: when the consent ends meanwhile; what was written before stays, and is in the index.
        """
        self._named(photos)
        prepare(self._out, self._index)
        with turn(self._index.path):
            self._index.read_again()  # another batch may have taken a name meanwhile
            return self._run(self._named(photos), told)

    def _named(self, photos: Sequence[Photo]) -> list[tuple[Photo, str]]:
        named = picture_names(photos, self._restyling.label, self._restyling.format, self._is_free)
        refuse_circles(photos, [self._out / name for _, name in named])
        return named

    def _run(self, named: list[tuple[Photo, str]], told: Callable[[Outcome], None]) -> Counter[Status]:
        for folder in {(self._out / name).parent for _, name in named}:
            require_inside(folder, self._out)
            remove_leftovers(folder)
        counts: Counter[Status] = Counter()
        under_way: deque[tuple[Photo, str, str]] = deque()
        with tqdm(total=len(named), desc="Restyling", unit="photo", disable=True if len(named) < 2 else None) as bar:

            def done(outcome: Outcome) -> None:
                counts[outcome.status] += 1
                told(outcome)
                bar.update()

            def to_do() -> Iterator[Path]:
                for photo, name in named:
                    sha256, outcome = self._known(photo, name)
                    if outcome:
                        done(outcome)
                    else:
                        under_way.append((photo, name, sha256))
                        yield photo.path

            try:
                for _, result in self._stylist.apply_many(to_do(), **self._restyling.options):
                    done(self._keep(*under_way.popleft(), result))
            finally:
                with undisturbed(), writing(self._out):
                    self._index.save()
        return counts

    def _known(self, photo: Photo, name: str) -> tuple[str, Outcome | None]:
        """Return the photo's SHA-256, and what is to be said of it where nothing is to be done."""
        try:
            if problem := closed(photo.path):
                raise PhotoError("unreadable", problem)
            photo_header(photo.path, root=photo.root)
            sha256 = file_sha256(photo.path)
        except PhotoError as error:
            return "", self._quarantined(photo, name, "", str(error))
        except OSError as error:
            problem = f"unreadable: cannot be read ({error.strerror}); check the file and its rights"
            return "", self._quarantined(photo, name, "", problem)
        row, picture = self._index.get(self._entry(name)), self._out / name
        if row and row.source_sha256 == sha256 and row.asked == self._asked:
            if row.status == "quarantined":
                return sha256, Outcome(photo.path, "quarantined", None, row.reason)
            if is_regular(picture) and file_sha256(picture) == row.sha256:
                self._put(replace(row, photo=self._written(photo)))
                return sha256, Outcome(photo.path, "up to date", picture)
        try:
            require_regular(picture)  # a link is replaced by the picture itself
            record = read_record(picture)
            if record.get("asked") == self._asked and record.get("source_sha256") == sha256:
                made = photo_digest(picture)  # all of it can be decoded
                self._put(self._row(photo, name, made.sha256, record))
                return sha256, Outcome(photo.path, "up to date", picture)
        except (RecordError, PhotoError, OSError, KeyError, TypeError, ValueError):
            pass  # not ours, damaged, or of another time: it is made
        return sha256, None

    def _keep(self, photo: Photo, name: str, sha256: str, result: Result | Exception) -> Outcome:
        """Write a picture and its row, or why there is none."""
        if isinstance(result, Exception):
            return self._quarantined(photo, name, sha256, str(result))
        picture = self._out / name
        most = WRITTEN[picture.suffix].most_side
        if max(result.picture.size) > most:
            reason = f"too_large: a {picture.suffix} file has room for {most} px a side at most; choose --format png"
            return self._quarantined(photo, name, sha256, reason)
        if picture.suffix in (".jpg", ".jpeg") and result.picture.mode == "RGBA" and _is_transparent(result.picture):
            result = replace(result, notices=[*result.notices, TRANSPARENCY])
        record = result.provenance | {"asked": self._asked, "notices": list(result.notices)}
        self._note_written(record)
        try:
            replace(result, provenance=record).save(picture)
        except OSError as error:
            if error.errno in _ENDS_ALL:
                with writing(self._out):
                    raise
            reason = f"unwritable: its picture cannot be written ({error}); choose another --out or --format"
            return self._quarantined(photo, name, "", reason)
        except StylistError as error:
            return self._quarantined(photo, name, "", f"unwritable: {error}")
        except MemoryError:
            reason = "unwritable: its picture needs more memory than there is; make the photo smaller"
            return self._quarantined(photo, name, "", reason)
        except CredentialsError:  # there is nothing to sign any picture with
            raise
        except Exception as error:  # of an encoder, or of whatever signs, for this one picture
            reason = f"unwritable: its picture cannot be made a file ({words_of(error)}); choose another --format"
            return self._quarantined(photo, name, "", reason)
        self._put(self._row(photo, name, file_sha256(picture), record))
        return Outcome(photo.path, "written", picture, notices=tuple(result.notices))

    def _note_written(self, record: Mapping[str, Any]) -> None:
        """Record, before the first picture is written, whose look this folder gets."""
        if not self._noted:
            reference = (record["reference"] or {}).get("creator")
            creators, stylist = [reference] if reference else record["looks"], self._stylist
            stylist.permission.note_written(stylist.bundle, creators, self._out, self._index.path)
            self._noted = True

    def _quarantined(self, photo: Photo, name: str, sha256: str, reason: str) -> Outcome:
        if not os.path.lexists(photo.path):  # a mistyped path is not a photo
            return Outcome(photo.path, "quarantined", None, reason)
        entry = self._entry(name)
        row = self._index.get(entry) or Row(entry, look=self._restyling.label)
        found = {"source_sha256": sha256, "asked": self._asked, "status": "quarantined", "reason": reason}
        self._put(replace(row, photo=self._written(photo), **found))
        return Outcome(photo.path, "quarantined", None, reason)

    def _row(self, photo: Photo, name: str, sha256: str, record: Mapping[str, Any]) -> Row:
        return Row(
            picture=self._entry(name),
            sha256=sha256,
            model_version=str(record.get("model_version", "")),
            model_fingerprint=str(record["model_fingerprint"]),
            look=self._restyling.label,
            strength=float(record["strength"]),
            creators=", ".join(record["looks"]),
            consents=json.dumps(record["consents"], ensure_ascii=False, default=str),
            time=str(record.get("written") or f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
            photo=self._written(photo),
            source_sha256=str(record["source_sha256"]),
            asked=self._asked,
            notices="; ".join(record["notices"]),
        )

    def _is_free(self, name: str, photo: Photo) -> bool:
        """Whether no other photo has a picture of this name, nor any other program a file."""
        row, path = self._index.get(self._entry(name)), self._out / name
        if row is None:
            return not os.path.lexists(path) or (is_regular(path) and _has_record(path))
        if row.photo == self._written(photo):
            return True
        # A photo that was moved keeps its picture; one that took the place of another does not get the other's.
        before = Path(row.photo) if self._base is None else self._base / row.photo
        try:
            return not before.exists() and row.source_sha256 == file_sha256(photo.path)
        except OSError:
            return False

    def _entry(self, name: str) -> str:
        return Path(os.path.relpath(self._out / name, self._index.path.parent)).as_posix()

    def _written(self, photo: Photo) -> str:
        inside = self._base is not None and photo.absolute.is_relative_to(self._base)
        return utf8((photo.absolute.relative_to(self._base) if inside else photo.absolute).as_posix())

    def _put(self, row: Row) -> None:
        with writing(self._out):
            self._index.put(row)


def _is_transparent(picture: Image.Image) -> bool:
    return picture.getchannel("A").getextrema()[0] < 255


def _has_record(path: Path) -> bool:
    try:
        return bool(read_record(path))
    except RecordError:
        return False
