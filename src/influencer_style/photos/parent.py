"""A photo's file as the source of another picture."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Parent:
    """The photo that a picture was made from.

    Attributes:
        media_type: Its file's type, such as `image/heic`; empty for a format without room for Content Credentials.
        credentials: Its Content Credentials, with the result of their validation, as an archive of C2PA; empty if it
            has none.
        redacted: The addresses of those parts that are removed when the credentials are written.
    """

    media_type: str = ""
    credentials: bytes = field(default=b"", repr=False)
    redacted: tuple[str, ...] = ()
