"""Errors of a disk in words: what is wrong, where, and what to do."""

from __future__ import annotations

import errno
import os

from influencer_style.storage.text import one_line

_REMEDIES = {
    "Make room on that disk": ("ENOSPC", "EDQUOT", "EFBIG"),
    "See to it that this user may write there, or use another folder": ("EROFS", "EACCES", "EPERM"),
    "Check that disk": ("EIO",),
}
# By number: some systems lack some of them.
_REMEDY = {
    getattr(errno, name): remedy for remedy, names in _REMEDIES.items() for name in names if hasattr(errno, name)
}


def disk_trouble(error: BaseException | None) -> str | None:
    """Return what to say of an error that is the disk's; None for any other."""
    if not isinstance(error, OSError) or error.errno is None or error.errno not in _REMEDY:
        return None
    where = "the disk" if error.filename is None else one_line(os.fsdecode(error.filename))
    return f"{where}: {os.strerror(error.errno)}. {_REMEDY[error.errno]}, then run the same again."
