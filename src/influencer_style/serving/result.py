"""What a model gives: the picture, and what is to be said of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from influencer_style.provenance.record import COMPOSITE

if TYPE_CHECKING:
    from influencer_style.faces.detect import Face


class StylistError(ValueError):
    """The picture, the look or the strength cannot be used; the message says what to do."""


class UnrecordedError(StylistError):
    """A decision about a consent cannot be recorded, so it is not made; the message names the file and the remedy."""


@dataclass(frozen=True)
class Result:
    """A restyled photo, or a new portrait.

    Attributes:
        picture: upright, of the photo's size, RGB, or RGBA where the photo can be transparent; in the photo's own
            colour space, see `profile`.
        faces: the faces found, largest first.
        provenance: which model, looks, strength and consents made it, of which photo.
        notices: what the user should know, in sentences.
        profile: ICC profile of the picture; empty is sRGB.
        exif: the metadata that are kept of the photo.
        source_type: which of IPTC's digital source types it is: a photo that was changed, or `record.GENERATED`.
    """

    picture: Image.Image
    faces: list[Face]
    provenance: dict[str, Any]
    notices: list[str] = field(default_factory=list)
    profile: bytes = b""
    exif: bytes = b""
    source_type: str = COMPOSITE

    def encode(self, suffix: str) -> bytes:
        """Return the picture's file: its provenance in it as a record and as a signed C2PA manifest.

        Args:
            suffix: .jpg, .jpeg, .png or .webp; PNG keeps every pixel. JPEG shows white where the photo is transparent.

        Raises:
            StylistError: for another suffix.
            CredentialsError: when there is nothing to sign with; SigningError: when signing fails.
        """
        from influencer_style.provenance.credentials import credentials
        from influencer_style.provenance.manifest import signed
        from influencer_style.provenance.record import SUFFIXES, encode

        if suffix not in SUFFIXES:
            raise StylistError(f"{suffix or 'none'} is no suffix of {', '.join(sorted(SUFFIXES))}; choose one of them")
        picture = self.picture
        if picture.mode == "RGBA" and suffix in (".jpg", ".jpeg"):
            picture = Image.new("RGB", picture.size, "white")
            picture.paste(self.picture, mask=self.picture)
        record = self.provenance | {"written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
        file = encode(picture, record, suffix, self.exif, self.profile, self.source_type)
        return signed(file, suffix, record, credentials(), self.source_type)

    def save(self, path: str | Path) -> None:
        """Write the picture's file, atomically; raises as `encode` does.

        `influencer-style verify` says what it proves, `influencer-style trace` where it comes from.
        """
        from influencer_style.provenance.record import SUFFIXES
        from influencer_style.storage.atomic import write_bytes

        suffix = Path(path).suffix.lower()
        if suffix not in SUFFIXES:
            raise StylistError(f"{path} has no suffix of {', '.join(sorted(SUFFIXES))}; name a file that has one")
        write_bytes(path, self.encode(suffix), private=False)


def in_base64(result: Result) -> str:
    """Return a result as a PNG file with its provenance in it, signed, in base64."""
    return base64.b64encode(result.encode(".png")).decode("ascii")
