"""Which photos are meant on a command line, and what their restyled pictures are called."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from influencer_style.consent.grant import CONSENT_FILE
from influencer_style.photos.files import PhotoError, read_file
from influencer_style.photos.formats import FORMATS, JPEG, PNG, START, format_of
from influencer_style.provenance.formats import SUFFIXES
from influencer_style.storage.walk import walk
from influencer_style.stylist.restyling import SUFFIX_OF

_MOST_BYTES = 200  # of a name; systems allow 255, and a temporary name is longer
# Control characters, halves of surrogate pairs (bytes that are not UTF-8), and what Windows does not take.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029<>:"/\\|?*]')


class BatchError(ValueError):
    """Many photos cannot be restyled as requested; the message says why, and what to do."""


@dataclass(frozen=True)
class Photo:
    """A file that is to be restyled."""

    path: Path  # the file, as it was named
    place: PurePath  # the file's name, with the sub-folders that it lies in below the folder that was named
    root: Path | None = None  # that folder; None for a file that was named itself. A link may not lead out of it.

    @property
    def absolute(self) -> Path:
        """The file wherever a program works; links in it are not followed."""
        return Path(os.path.abspath(self.path))


def gather(inputs: Iterable[str | Path]) -> list[Photo]:
    """Return the photos of files and folders, each once, in order of path.

    Folders give all their files, those of sub-folders too, except `consent.yml` and what `walk` skips. Whether a file
    is a photo shows when it is decoded. Raises BatchError when there is no file.
    """
    named = [Path(one).expanduser() for one in inputs]
    found = {photo.absolute: photo for one in named for photo in _photos(one)}
    if not found:
        raise BatchError(f"there is no photo in {', '.join(map(str, named))}; name photos, or a folder that has some")
    return [found[path] for path in sorted(found)]


def refuse_circles(photos: Iterable[Photo], pictures: Iterable[Path]) -> None:
    """Refuse pictures that would replace a photo, or be photos of the next run. Raises BatchError, which names them."""
    photos = list(photos)
    roots = {_resolved(photo.root): photo.root for photo in photos if photo.root}
    named = {_resolved(photo.path) for photo in photos if photo.root is None}
    resolved: dict[Path, Path] = {}
    for picture in pictures:
        folder = resolved.setdefault(picture.parent, _resolved(picture.parent))
        for root, written in roots.items():
            if folder.is_relative_to(root):
                reason = f"pictures would be written into {written}, and be photos of the next run"
                raise BatchError(f"{reason}; choose another folder")
        if folder / picture.name in named:
            raise BatchError(f"{picture} is one of the photos, and a picture would replace it; choose another folder")


def check_folder(folder: Path, photos: Iterable[Photo] = ()) -> None:
    """Refuse a folder, which need not exist, that the pictures of photos could not be written to; nothing is changed.

    Raises BatchError if it is no folder, this user may not write there, or it lies among the photos.
    """
    _require_writable(folder)
    refuse_circles((photo for photo in photos if photo.root), [folder / "index.parquet"])


def check_file(file: Path) -> None:
    """Refuse a file that no picture could be written to; nothing is made or changed.

    Raises BatchError when its suffix is not that of a picture, it is a folder, or this user may not write there.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise BatchError(f"{file} has no suffix of {', '.join(sorted(SUFFIXES))}; name a file that has one")
    if os.path.isdir(file):
        raise BatchError(f"{file} is a folder; name a file in it")
    _require_writable(file.parent)


def _require_writable(folder: Path) -> None:
    place = Path(os.path.abspath(folder))
    there = next(one for one in (place, *place.parents) if os.path.lexists(one))
    if not os.path.isdir(there):
        raise BatchError(f"{folder}: {there} is not a folder; choose another --out")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BatchError(f"{folder}: this user may not write into {there}; change its rights, or choose another --out")


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises for links that lead in a circle


def _photos(named: Path) -> Iterator[Photo]:
    if not os.path.isdir(named):
        yield Photo(named, PurePath(named.name))
        return
    for file in walk(named):
        if file.name != CONSENT_FILE:
            yield Photo(file, file.relative_to(named), named)


def picture_names(
    photos: Iterable[Photo], label: str, form: str, free: Callable[[str, Photo], bool]
) -> list[tuple[Photo, str]]:
    """Return each photo with the name of its picture, `<sub-folders>/<stem>-<label><suffix>`, relative, with slashes.

    A format that is kept is the one that the photo's content has, whatever its name says (see `photos.formats`). Where
    two would have the same name, also on a system that does not tell capitals from small letters, the first in
    the order of `photos`, which must stay the same, gets it; the others' names end in six digits that depend on the
    photo's path alone. `label` is the look in a word; `form` is `keep`, `jpeg`, `png`, `webp` or `avif`; `free` says
    whether a name is not that of another photo's picture yet.
    """
    taken: set[str] = set()
    named = []
    for photo in photos:
        folder = PurePosixPath(*(safe_name(part) for part in photo.place.parts[:-1]))
        suffix = SUFFIX_OF.get(form) or _kept_suffix(photo)
        name = (folder / _fitted(photo.place, f"-{safe_name(label)}{suffix}")).as_posix()
        if key(name) in taken or not free(name, photo):
            digits = hashlib.sha256(os.fsencode(photo.absolute)).hexdigest()[:6]
            name = (folder / _fitted(photo.place, f"-{safe_name(label)}-{digits}{suffix}")).as_posix()
        taken.add(key(name))
        named.append((photo, name))
    return named


def _kept_suffix(photo: Photo) -> str:
    """Return the suffix under which a photo's format is kept: by its content; by its name where that says nothing."""
    own = photo.place.suffix.lower()
    try:
        known = format_of(read_file(photo.path, photo.root, START))
    except PhotoError:
        known = None
    known = known or next((one for one in FORMATS if own in one.suffixes), PNG)
    return own if (known, own) == (JPEG, ".jpeg") else known.written_as


def key(name: str) -> str:
    """Return a key that is equal for names that some system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _fitted(place: PurePath, tail: str) -> str:
    room = _MOST_BYTES - len(tail.encode())
    return safe_name(place.stem).encode()[:room].decode(errors="ignore") + tail


def safe_name(name: str) -> str:
    """Return a name as part of a file's name on any system; at most 200 bytes."""
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))
    if safe[:1] in ("-", ".", " "):  # an option, a hidden file, a name that is easily overlooked
        safe = f"_{safe[1:]}"
    return safe.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip(" .") or "_"
