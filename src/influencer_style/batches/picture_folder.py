"""The folder that a batch writes its pictures to, and their index, which only one batch at a time changes."""

from __future__ import annotations

import errno
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from influencer_style.batches.gathering import BatchError
from influencer_style.batches.index import Index, Row
from influencer_style.photos.decode import PhotoError, photo_digest
from influencer_style.project.signals import undisturbed
from influencer_style.provenance.authority import CredentialsError
from influencer_style.provenance.record import RecordError, read_record
from influencer_style.storage.atomic import remove_leftovers
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.storage.regular import is_regular, require_regular
from influencer_style.storage.text import one_line
from influencer_style.stylist.errors import StylistError, words_of
from influencer_style.stylist.result import Result

log = logging.getLogger(__name__)
# Errors of a write that every other picture would meet as well.
_ENDS_ALL = {getattr(errno, name, 0) for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE")}


class PictureFolder:
    """A folder of pictures, made if it does not exist, and their index: by default `index.parquet` in the folder.

    Raises BatchError if the index cannot be read.
    """

    def __init__(self, path: Path, index: Path | None = None) -> None:
        self.path = Path(path)
        self.index = Index(index or self.path / "index.parquet")

    def prepare(self) -> None:
        """Make the folder, and see that pictures and index can be written, before any work. Raises BatchError."""
        with self.writing():
            self.path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
            self.index.save()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let the block change the folder alone, and write the index at its end, however it ends. Raises BatchError."""
        self.prepare()
        with turn(self.index.path):
            self.index.read_again()  # another batch may have taken a name meanwhile
            try:
                yield
            finally:
                with undisturbed(), self.writing():
                    self.index.save()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """End everything, with words, where the block cannot write to the folder. Raises BatchError."""
        try:
            yield
        except OSError as error:
            reason = f"{error.filename or self.path} cannot be written ({error.strerror or error})"
            remedy = "mend that, or choose another folder, and run again: what was written is not made again"
            raise BatchError(f"{reason}; {remedy}") from error

    def save(self, result: Result, picture: Path) -> str:
        """Write a picture's file; return why this one picture cannot be written, empty where it was.

        Raises BatchError when no picture can be written, CredentialsError when none can be signed.
        """
        try:
            result.save(picture)
        except OSError as error:
            if error.errno in _ENDS_ALL:
                with self.writing():
                    raise
            return f"its picture cannot be written ({error}); choose another --out or --format"
        except StylistError as error:
            return str(error)
        except MemoryError:
            return "its picture needs more memory than there is; make the photo smaller"
        except CredentialsError:
            raise
        except Exception as error:  # of an encoder, or of whatever signs, for this one picture
            return f"its picture cannot be made a file ({words_of(error)}); choose another --format"
        return ""

    def clean(self, folder: Path) -> None:
        """Remove what killed runs left in a sub-folder. Raises BatchError where a link leads out of this folder."""
        if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self.path)):
            raise BatchError(f"{folder} is a link that leads out of {self.path}; remove it, or choose another folder")
        remove_leftovers(folder)

    def row(self, picture: Path) -> Row | None:
        """Return the row of a picture; None where it has none."""
        return self.index.get(self.entry(picture))

    def put(self, row: Row) -> None:
        """Take a row into the index. Raises BatchError."""
        with self.writing():
            self.index.put(row)

    def take_in(self, picture: Path, look: str, photo: str = "", **stated: object) -> bool:
        """Take a picture of an earlier run into the index; return whether it is one, by its own record.

        The record must hold all that is `stated`, and the picture must be decodable as a whole. Raises BatchError.
        """
        try:
            require_regular(picture)  # a link is replaced by the picture itself
            record = read_record(picture)
            if any(record.get(name) != value for name, value in stated.items()):
                return False
            row = Row.of(self.entry(picture), photo_digest(picture).sha256, look, record, photo)
        except (RecordError, PhotoError, OSError, KeyError, TypeError, ValueError):
            return False  # not ours, damaged, or made by something else
        self.put(row)
        return True

    def is_unchanged(self, picture: Path, row: Row) -> bool:
        """Whether a picture's file is the one that its row describes."""
        return is_regular(picture) and file_sha256(picture) == row.sha256

    def entry(self, picture: Path) -> str:
        """Return the name of a picture in the index: its path from there, with slashes."""
        return Path(os.path.relpath(picture, self.index.path.parent)).as_posix()


def has_record(path: Path) -> bool:
    """Return whether a file is a picture of this software."""
    try:
        return bool(read_record(path))
    except RecordError:
        return False


@contextmanager
def turn(index: Path) -> Iterator[None]:
    """Hold the lock of an index for the block. While another batch holds it, say so once, and wait.

    The system frees the lock when its process ends, also when it is killed. The empty lock file stays. Raises
    BatchError when the lock file cannot be opened, or is a link, a pipe or a device.
    """
    path = index.with_name(f".{index.name}.lock")
    lock = FileLock(path)
    try:
        require_regular(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            log.warning("Another batch is writing into %s; waiting until it has ended", one_line(index.parent))
            lock.acquire()
    except OSError as error:
        raise BatchError(f"{path} cannot be locked ({error}); remove it, or choose another folder") from error
    try:
        yield
    finally:
        lock.release()
