"""A photo's file as what another picture was made from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Parent:
    """The photo that a picture was made from.

    Attributes:
        media_type: of its file, such as `image/heic`; empty for a format that has no room for Content Credentials.
        credentials: its Content Credentials, with what was found when they were validated, as an archive of C2PA;
            empty where it has none.
        redacted: addresses of what of them is removed where they are written.
    """

    media_type: str = ""
    credentials: bytes = field(default=b"", repr=False)
    redacted: tuple[str, ...] = ()
