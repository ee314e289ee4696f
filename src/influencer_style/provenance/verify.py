"""What a picture's file proves, what it only says, and what it leaves open, kept apart.

Everything comes from local bytes: no manifest, certificate or trust list is fetched.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from influencer_style.photos.files import read_file
from influencer_style.provenance import words
from influencer_style.provenance.credentials import handed_out, known_authorities
from influencer_style.provenance.formats import NAMES, PNG, WRITTEN, written_media_type
from influencer_style.provenance.reader import UnreadableError, read_manifest
from influencer_style.provenance.record import NotAPictureError, RecordError, read_record
from influencer_style.storage.text import short

State = Literal["proven", "unknown signer", "altered", "no manifest"]
_OURS = "an authority of yours"


class VerificationError(ValueError):
    """A file cannot be verified; the message names it and says why."""


class AnchorsError(ValueError):
    """The given certificates of authorities cannot be used."""


@dataclass(frozen=True)
class Verification:
    """What is known of one picture. Findings are phrases."""

    path: str  # the file, as it was named
    # `proven` (unchanged since it was signed by somebody whom a known authority vouches for), `unknown signer`
    # (unchanged since somebody signed it), `altered` (or damaged), or `no manifest`
    state: State
    proven: list[str]  # what only the signer can have caused
    known: list[str]  # what the signer says; without a manifest, what anybody may have written
    not_proven: list[str]  # what stays open, and what would settle it
    record: dict[str, Any] | None = None  # this software's record of how the picture was made; None if there is none
    # Organisation, name, serial and algorithm of the certificate; empty without a manifest
    signer: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)  # C2PA's codes of what failed


def verify(path: str | Path, anchors: bytes | None = None) -> Verification:
    """Return what the file at `path` proves, and what it does not.

    It is a JPEG, PNG, WebP or AVIF file. `anchors` are certificates (PEM) of authorities to trust, in addition to this
    user's own. Raises VerificationError when there is no such file, it is too large, or it is not a picture of these
    formats, AnchorsError when `anchors` holds no certificates, CredentialsError when the user's own certificates are
    named, but cannot be read.
    """
    given = certificates_in(anchors) if anchors is not None else b""
    data, media_type = _read(Path(path))
    try:
        found = read_manifest(data, media_type, known_authorities())
    except UnreadableError as error:
        why = f"the file holds a manifest that cannot be read ({error})"
        return Verification(str(path), "altered", [], [], words.nothing_proven(why))
    if found is None:
        try:
            record = read_record(path)
        except NotAPictureError as error:
            raise VerificationError(str(error)) from error
        except RecordError:
            record = None
        said = words.known(record or {})
        return Verification(str(path), "no manifest", [], said, words.without_manifest(record is not None), record)
    whose = _OURS
    if given and found.holds and not found.trusted:
        try:
            found, whose = read_manifest(data, media_type, given) or found, "an authority you gave"
        except UnreadableError as error:
            raise AnchorsError(f"holds certificates that C2PA cannot use ({error})") from error
    known = words.known(found.record or {}, found.generator, found.source_type, manifest=True)
    if found.parent:
        known.append(words.parent_known(found.parent))
    state: State = "proven" if found.trusted else "unknown signer" if found.holds else "altered"
    proven: list[str] = []
    if not found.holds:
        not_proven = words.nothing_proven(words.altered(found.failed))
    elif why := damage(data):
        broken = f"the file is damaged ({why}): other programs may not open it, though its signed content is unchanged"
        state, not_proven = "altered", words.nothing_proven(broken)
    else:
        certificate = str(handed_out()) if found.trusted and whose == _OURS else ""
        proven, not_proven = words.findings(found, media_type, whose, certificate)
    return Verification(str(path), state, proven, known, not_proven, found.record, found.signer, found.failed)


def certificates_in(anchors: bytes) -> bytes:
    """Return the certificates in `anchors`, and only them, as PEM. Raises AnchorsError when there is none."""
    try:
        found = x509.load_pem_x509_certificates(anchors)
    except ValueError as error:
        raise AnchorsError("holds no certificate; give an authority's certificate as PEM") from error
    return b"".join(each.public_bytes(Encoding.PEM) for each in found)


def _read(path: Path) -> tuple[bytes, str]:
    try:
        data = read_file(path)
    except ValueError as error:  # PhotoError; or the system's, for a name that no file can have
        what = getattr(error, "message", f"cannot be read ({error}); check its name")
        raise VerificationError(f"{path} {what}") from error
    if media_type := written_media_type(data):
        return data, media_type
    raise VerificationError(f"{path} is not a {NAMES} picture; name another file")


def damage(file: bytes) -> str:
    """Return why other programs may not open a picture's file; empty if it is sound. No pixels are decoded."""
    kind = next(kind for kind in WRITTEN.values() if kind.media_type == written_media_type(file))
    if kind is PNG:  # not by Pillow, which also refuses sound files with long texts
        view, at = memoryview(file), 8
        while at + 12 <= len(file):  # a chunk is length, name, data, checksum; decoders refuse a wrong checksum
            end = at + 8 + int.from_bytes(view[at : at + 4])
            if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4]):
                return f"the checksum of its part {short(str(file[at + 4 : at + 8], 'latin-1'))} is wrong"
            at = end + 4
        return ""
    try:
        Image.open(io.BytesIO(file), formats=[kind.pillow]).close()
    except Image.DecompressionBombError:
        return ""  # large, not damaged
    except Exception as error:  # a decoder given hostile bytes may raise anything
        return short(str(error))
    return ""
