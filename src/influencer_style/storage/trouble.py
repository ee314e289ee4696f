"""A disk that takes no more, in words: what is wrong, where, and what to do."""

from __future__ import annotations

import errno
import os

_REMEDIES = {
    "Make room on that disk": ("ENOSPC", "EDQUOT", "EFBIG"),
    "See to it that this user may write there, or use another folder": ("EROFS", "EACCES", "EPERM"),
    "Check that disk": ("EIO",),
}
# By number: some systems lack some of them.
_REMEDY = {getattr(errno, name): told for told, names in _REMEDIES.items() for name in names if hasattr(errno, name)}


def disk_trouble(error: BaseException | None) -> str | None:
    """Return what to say of an error that is the disk's, or was caused by one; None of any other error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _REMEDY:
            where = "the disk" if error.filename is None else os.fsdecode(error.filename)
            return f"{where}: {os.strerror(error.errno)}. {_REMEDY[error.errno]}, then run the same again."
        error = error.__cause__ or error.__context__
    return None
