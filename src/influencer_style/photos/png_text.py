"""The text of a PNG file: editors and image generators write megabytes of it, and none is needed to show the photo."""

from __future__ import annotations

import zlib

_START = b"\x89PNG\r\n\x1a\n"
_MOST = 1_000_000  # bytes, unfolded; Pillow refuses files with more than 1 MiB of text or profile in a chunk
_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST = 80  # bytes of a text's name, with the zero behind it
# What is read, each once: the colour profile, XMP, and EXIF as ImageMagick writes it, which may hold the orientation.
_READ = (b"iCCP", b"XML:com.adobe.xmp", b"Raw profile type exif")


def without_text(file: bytes) -> bytes:
    """Return a PNG file without its text, except XMP and EXIF of up to a megabyte, and without a profile of more.

    Chunks that stay are not changed; damaged ones stay as they are, for the decoder to judge.
    """
    kept, at, since, read = [], len(_START), 0, set()
    while at + 12 <= len(file):
        end = at + 12 + int.from_bytes(file[at : at + 4])
        kind = file[at + 4 : at + 8]
        if (kind in _TEXT or kind == b"iCCP") and end <= len(file):
            name = kind if kind == b"iCCP" else file[at + 8 : at + 8 + _LONGEST].partition(b"\0")[0]
            if name not in _READ or name in read or not _is_small(kind, file[at + 8 : end - 4]):
                kept.append(file[since:at])
                since = end
            read.add(name)
        at = end
    return b"".join([*kept, file[since:]]) if kept else file


def _is_small(kind: bytes, content: bytes) -> bool:
    rest = content.partition(b"\0")[2]
    if kind == b"iTXt":
        folded, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    else:
        folded, text = kind != b"tEXt", rest[kind != b"tEXt" :]
    if not folded:
        return len(text) <= _MOST
    unfolding = zlib.decompressobj()
    try:
        unfolding.decompress(text, _MOST)
    except zlib.error:
        return True  # useless, and no danger
    return not unfolding.unconsumed_tail
