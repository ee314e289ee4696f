"""A real disk, small, that can be filled and made read-only. Linux mounts one (tmpfs) for root."""

import errno
import subprocess
from pathlib import Path

import pytest


class SmallDisk:
    """A disk in a folder of its own.

    Args:
        folder: where to mount it.
        megabytes: how large it is.
    """

    def __init__(self, folder: Path, megabytes: float) -> None:
        self.folder, self._ballast = folder, folder / "ballast"
        folder.mkdir(parents=True)
        size = f"size={int(megabytes * 1024)}k"
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"mounting a small disk needs root, on Linux: {error}")

    def fill(self, left: int = 0) -> None:
        """Take all its room, but for so many bytes."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (2**16, 2**12):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
            file.truncate(file.tell() - left)

    def empty(self) -> None:
        """Give that room back."""
        self._ballast.unlink()

    def set_writable(self, writable: bool) -> None:
        """Let nobody write to it any more; or again."""
        subprocess.run(["mount", "-o", f"remount,{'rw' if writable else 'ro'}", str(self.folder)], check=True)

    def unmount(self) -> None:
        """Give it back, with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
