"""A photo as a caller gives it: a file, a file's bytes, an open file, a PIL image, or an array.

The look of a reference photo is taken if its people agreed.
"""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from influencer_style.consent.reference import UNASKED, decide_reference
from influencer_style.networks.bundle import Bundle
from influencer_style.photos.files import MAX_BYTES, PhotoError, read_file
from influencer_style.photos.original import Original, of_image, read_original
from influencer_style.provenance.parent import parent_of
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.permission import Permission, recording
from influencer_style.stylist.restyling import GivenPhoto, OpenFile
from influencer_style.stylist.result import ReferenceRecord


def original_of(photo: GivenPhoto, private: bool) -> Original:
    """Read a photo; of a file also its Content Credentials, which become those of the result's parent.

    Arrays are (h, w, 3) uint8 RGB; an open file is read from its start where it can be rewound. All metadata is kept if
    `private`. Raises StylistError for an array of another kind, or what is no photo at all; PhotoError when it cannot
    be decoded.
    """
    if isinstance(photo, Image.Image):
        return of_image(photo, private)
    if not isinstance(photo, np.ndarray):
        file = _bytes_of(photo)
        original = read_original(file, private)
        parent, notice = parent_of(file, private)
        return replace(original, parent=parent, notices=(*original.notices, *([notice] if notice else [])))
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
        raise StylistError(f"an array must be uint8 of shape (h, w, 3), not {photo.dtype} of shape {photo.shape}")
    return Original(np.require(photo, requirements=("C", "W")))  # torch wants memory that may be written to


def _bytes_of(photo: str | os.PathLike[str] | bytes | bytearray | memoryview | OpenFile) -> bytes:
    """Return a file's bytes; of an open file at most one more than a photo may have."""
    if isinstance(photo, str | os.PathLike):
        return read_file(Path(photo))
    if isinstance(photo, bytes | bytearray | memoryview):
        return bytes(photo)
    if not callable(getattr(photo, "read", None)):
        kinds = "a file's name, its bytes, an open file, a PIL image or an array"
        raise StylistError(f"a photo must be {kinds}, not {type(photo).__name__}")
    try:
        if callable(seek := getattr(photo, "seek", None)) and photo.seekable():  # type: ignore[attr-defined]
            seek(0)
        content: object = photo.read(MAX_BYTES + 1)
    except Exception as error:  # an upload whose sender has left, a file that was closed: whatever it raises
        raise PhotoError("unreadable", f"cannot be read ({type(error).__name__}: {error}); send it again") from error
    if inspect.iscoroutine(content):
        content.close()
        raise StylistError("the photo's `read` is asynchronous; give its bytes: `await photo.read()`")
    if not isinstance(content, bytes):
        raise StylistError(f"the photo's `read` gives {type(content).__name__}, not bytes; open the file as binary")
    return content


@dataclass(frozen=True)
class Reference:
    """A reference photo, whose consent may be checked again and again.

    The file is None for a photo that has no name. Where the SHA-256 of the file is not known, it is empty, and the
    photo is recorded by the fingerprint of its pixels.
    """

    file: Path | None
    sha256: str
    pixels: str = ""

    @classmethod
    def of(cls, photo: GivenPhoto, original: Original) -> Reference:
        """Return what identifies a photo, which is `original` when it is decoded."""
        return cls(_file_of(photo), original.sha256, "" if original.sha256 else fingerprint(original.pixels))

    def check(
        self, permission: Permission, bundle: Bundle, refusals_only: bool = False
    ) -> tuple[ReferenceRecord, list[str]]:
        """Decide whether the photo's look may be taken today; return what is known of it and its consent, and notices.

        The decision is recorded; if `refusals_only`, a permission was recorded before, and only a refusal is recorded
        now. Raises StylistError when a consent is known for it that does not hold, is damaged or does not allow
        `transfer`, or when it is a photo of somebody who has withdrawn; UnrecordedError when that cannot be recorded.
        """
        digest = self.sha256 or self.pixels
        with recording(permission, bundle) as ledgers:
            found = decide_reference(ledgers, self.file, self.sha256, "transfer")
            decision, consent = found.decision, found.consent
            if not (decision.allowed and refusals_only):
                facts = {"reference": digest[:16]}
                ledgers.record(permission.stage, found.creator, ("transfer",), decision, consent, **facts)
        if not decision.allowed:
            raise StylistError(permission.refusal("the reference photo cannot be used: its consent", decision))
        terms = dict(consent) if consent else None
        record: ReferenceRecord = {"sha256": digest, "creator": found.creator, "consent": terms}
        return record, [UNASKED] if decision.reason == UNASKED else []


def _file_of(photo: GivenPhoto) -> Path | None:
    """Return the file of a photo that is a path, or a PIL image or file object that has a name; else None."""
    named = photo if isinstance(photo, str | Path) else getattr(photo, "filename", None) or getattr(photo, "name", None)
    return Path(named) if isinstance(named, str | Path) and os.path.lexists(named) else None
