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


def disk_trouble(error: BaseException | None) -> str | None:
    """Return what to say of an error that is the disk's; None for any other."""
    if not isinstance(error, OSError) or error.errno is None:
        return None
    code = errno.errorcode.get(error.errno)  # a name: some systems lack some of them
    remedy = next((remedy for remedy, names in _REMEDIES.items() if code in names), None)
    if remedy is None:
        return None
    where = "the disk" if error.filename is None else one_line(os.fsdecode(error.filename))
    return f"{where}: {os.strerror(error.errno)}. {remedy}, then run the same again."
