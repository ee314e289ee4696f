"""What a picture's manifest says of the photo that the picture was made from."""

from __future__ import annotations

from dataclasses import dataclass, field

# Begin C2PA's codes that say who signed and when. They leave the bytes as they were signed.
ABOUT_THE_SIGNER = ("signingCredential.", "timeStamp.")


@dataclass(frozen=True)
class ParentManifest:
    """The photo's own manifest, in the picture's; all False and empty for a photo without one.

    Attributes:
        found: whether the photo's own manifest is in the file.
        intact: it is as it was signed, except for what was removed by redaction.
        trusted: it is intact, and one of the anchors vouches for its signer.
        matched: whether the photo agreed with its manifest when it was opened, says the picture's signer.
        redacted: how many parts of it, or of what it was made from in turn, were removed.
        signer: as in `reader.Manifest`.
        generator: as in `reader.Manifest`.
    """

    found: bool = False
    intact: bool = False
    trusted: bool = False
    matched: bool = False
    redacted: int = 0
    signer: dict[str, str] = field(default_factory=dict)
    generator: str = ""
