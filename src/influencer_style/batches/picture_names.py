"""What a restyled picture is called: its photo's name and the look, safe on any system, the same in every run."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import PurePath, PurePosixPath

from influencer_style.batches.gathering import Photo
from influencer_style.photos.files import PhotoError, read_file
from influencer_style.photos.formats import FORMATS, JPEG, PNG, START, format_of
from influencer_style.stylist.restyling import SUFFIX_OF

_MOST_BYTES = 200  # of a name; systems allow 255, and a temporary name is longer
# Control characters, halves of surrogate pairs (bytes that are not UTF-8), and what Windows does not take.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029<>:"/\\|?*]')


def picture_names(
    photos: Iterable[Photo], label: str, form: str, free: Callable[[str, Photo], bool]
) -> list[tuple[Photo, str]]:
    """Return each photo with the name of its picture, `<sub-folders>/<stem>-<label><suffix>`, relative, with slashes.

    A format that is kept is the one that the photo's content has, whatever its name says (see `photos.formats`). Where
    two would have the same name, also on a system that does not tell capitals from small letters, the first in
    the order of `photos` gets it; the others' names end in six digits that depend on the photo's path alone.

    Args:
        photos: The photos, in an order that stays the same.
        label: The look in a word.
        form: `keep`, `jpeg`, `png`, `webp` or `avif`.
        free: Whether a name is not that of another photo's picture yet.
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
