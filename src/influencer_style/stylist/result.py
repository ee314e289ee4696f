"""What a model gives: the picture, and what is recorded of how it was made."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from PIL import Image

from influencer_style.faces.face import Face
from influencer_style.photos.original import Parent
from influencer_style.provenance.credentials import credentials
from influencer_style.provenance.formats import SUFFIXES, WRITTEN
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.record import COMPOSITE, FileMetadata, encode
from influencer_style.storage.atomic import write_bytes
from influencer_style.stylist.errors import StylistError


class ReferenceRecord(TypedDict):
    """What is recorded of a reference photo: its digest, and the creator and consent where they are known."""

    sha256: str
    creator: str
    consent: Mapping[str, object] | None


class Provenance(TypedDict, total=False):
    """The record in a picture's file of how it was made.

    All pictures have the fields up to `consents`; restyled photos those up to `likeness`, portraits those up to
    `transfer_model`. The rest is added by what writes the file.
    """

    software: str
    model: str
    model_version: str
    model_fingerprint: str
    looks: dict[str, float]
    seed: int | None
    consents: dict[str, dict[str, object]]

    strength: float
    regions: dict[str, float]
    reference: ReferenceRecord | None
    faces: int
    source_sha256: str
    likeness: dict[str, list[float]]

    way: str
    truncation: float
    number: int | None
    rejected: int
    transfer_model: dict[str, str]

    notices: list[str]
    asked: str
    strengths: list[float]
    portraits: int
    written: str


@dataclass(frozen=True)
class Result:
    """A restyled photo, or a new portrait.

    Attributes:
        picture: Upright, of the photo's size, RGB, or RGBA where the photo can be transparent; in the photo's own
            colour space, see `profile`.
        faces: The faces found, largest first.
        provenance: Which model, looks, strength and consents made it, of which photo.
        notices: What the user should know, in sentences.
        profile: ICC profile of the picture; empty is sRGB.
        exif: What is kept of the photo's EXIF.
        xmp: What is kept of its XMP, an element `rdf:Description`.
        parent: The photo's file, for the manifest; None where it was no file, or there was no photo.
        source_type: One of IPTC's digital source types: a photo that was changed, or `record.GENERATED`.
    """

    picture: Image.Image
    faces: list[Face]
    provenance: Provenance
    notices: list[str] = field(default_factory=list)
    profile: bytes = b""
    exif: bytes = b""
    xmp: str = ""
    parent: Parent | None = None
    source_type: str = COMPOSITE

    def encode(self, suffix: str, quality: int | None = None) -> bytes:
        """Return the picture's file: its provenance in it as a record and as a signed C2PA manifest.

        Args:
            suffix: .jpg, .jpeg, .png, .webp or .avif; PNG keeps every pixel. JPEG shows white where the photo is
                transparent.
            quality: 1 to 100, for JPEG and WebP (95 by default) and AVIF (90).

        Raises:
            StylistError: For another suffix, a quality out of range or for PNG, or a picture larger than the format
                has room for.
            CredentialsError: When there is nothing to sign with.
            SigningError: When signing fails.
        """
        if suffix not in SUFFIXES:
            raise StylistError(f"{suffix or 'none'} is no suffix of {', '.join(sorted(SUFFIXES))}; choose one of them")
        picture = self.picture
        if picture.mode == "RGBA" and not WRITTEN[suffix].alpha:
            picture = Image.new("RGB", picture.size, "white")
            picture.paste(self.picture, mask=self.picture)
        record = {**self.provenance, "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
        try:
            metadata = FileMetadata(self.exif, self.xmp, self.profile, self.source_type)
            file = encode(picture, record, suffix, metadata, quality)
        except ValueError as error:
            raise StylistError(str(error)) from error
        return signed(file, suffix, record, credentials(), self.source_type, self.parent)

    def save(self, path: str | Path, quality: int | None = None) -> None:
        """Write the picture's file, atomically; arguments and errors are those of `encode`.

        `influencer-style verify` says what it proves, `influencer-style trace` where it comes from.
        """
        suffix = Path(path).suffix.lower()
        if suffix not in SUFFIXES:
            raise StylistError(f"{path} has no suffix of {', '.join(sorted(SUFFIXES))}; name a file that has one")
        write_bytes(path, self.encode(suffix, quality), private=False)


def in_base64(result: Result, suffix: str = ".png", quality: int | None = None) -> str:
    """Return a result's file in base64; arguments as `Result.encode` has them."""
    return base64.b64encode(result.encode(suffix, quality)).decode("ascii")
