"""Atomic writes: a reader, or the next run after a kill, sees the old file or the new one, never half of either.

Unfinished work lies next to its place under a temporary name, together with a lock file, which its writer holds for as
long as it lives. So the next writer into the folder can tell what killed writers left there, and removes it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from influencer_style.storage.locks import locked_if_free
from influencer_style.storage.private import FILE_MODE, FOLDER_MODE, close_to_others, private_folder
from influencer_style.storage.regular import is_folder, is_regular

_BEGUN, _REPLACED, _LOCK = "unfinished", "replaced", "held"
_TEMPORARY = re.compile(
    rf"\.(?P<name>.+)\.(?P<state>{_BEGUN}|{_REPLACED}|{_LOCK})-(?P<mark>[0-9a-f]{{8}})(\.[^.]*)?", re.DOTALL
)
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}  # what file systems without locks answer
# Folders that this process has searched for leftovers: once each is enough, and a folder may hold thousands of files.
_swept: set[Path] = set()


@contextmanager
def atomic_file(path: str | Path, private: bool = True) -> Iterator[Path]:
    """Yield a temporary path next to ``path``; what was written there replaces ``path`` when the block ends well.

    The temporary name keeps the suffix, for writers that go by it. An exception leaves ``path`` as it was; an OSError
    names ``path``. The file, and folders that are made for it, are for their owner alone. If ``private`` is false, for
    files that a user named, the umask decides.
    """
    path = Path(path)
    temporary = _beside(path, _BEGUN, suffix=path.suffix)
    with _naming(path, temporary):
        _prepare(path.parent, private)
        with _held(temporary):
            temporary.touch(FILE_MODE if private else 0o666)
            try:
                yield temporary
                if private:
                    close_to_others(temporary)  # a writer may have made the file anew
                sync(temporary)
                os.replace(temporary, path)
                sync(path.parent)
            finally:
                temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | Path, private: bool = True) -> Iterator[Path]:
    """Yield a new, empty folder next to ``path``; it takes the place of ``path`` when the block ends well.

    Two renames replace a folder. A kill between them leaves ``path`` missing and the new one whole next to it: whoever
    reads or writes it next calls `recover_folder`, which puts it in place. An OSError names ``path``. ``private`` is as
    in `atomic_file`, for the folder and all that is in it.
    """
    path = Path(path)
    mark = uuid.uuid4().hex[:8]
    temporary, replaced = _beside(path, _BEGUN, mark), _beside(path, _REPLACED, mark)
    with _naming(path, temporary):
        _prepare(path.parent, private)
        recover_folder(path)
        try:
            with _held(temporary):
                temporary.mkdir(FOLDER_MODE if private else 0o777)
                try:
                    yield temporary
                    for inside in (*temporary.rglob("*"), temporary):
                        if private:
                            close_to_others(inside)
                        sync(inside)
                    if path.exists():
                        os.replace(path, replaced)
                    os.replace(temporary, path)
                    sync(path.parent)
                    shutil.rmtree(replaced, ignore_errors=True)
                finally:
                    shutil.rmtree(temporary, ignore_errors=True)
        finally:
            recover_folder(path)


@contextmanager
def temporary_folder(path: str | Path) -> Iterator[Path]:
    """Yield an empty folder next to ``path`` that is gone after the block; after a kill, with the next write there."""
    path = Path(path)
    temporary = _beside(path, _BEGUN)
    _prepare(path.parent)
    with _held(temporary):
        temporary.mkdir(FOLDER_MODE)
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def recover_folder(path: str | Path) -> None:
    """Put in place what an `atomic_folder` that was stopped between its two renames has left next to ``path``."""
    path = Path(path)
    if path.exists():
        return
    for replaced, parts in _temporaries(path.parent):
        if parts["state"] == _REPLACED and parts["name"] == path.name:
            new = _beside(path, _BEGUN, parts["mark"])
            if not new.exists():
                os.replace(replaced, path)
                continue
            with locked_if_free(_lock_file(new)) as free:
                if free:
                    os.replace(new, path)


def write_bytes(path: str | Path, data: bytes | memoryview, private: bool = True) -> None:
    """Write ``data`` to ``path`` atomically; ``private`` as in `atomic_file`."""
    with atomic_file(path, private) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically, as UTF-8, for the owner alone."""
    write_bytes(path, text.encode())


def remove(path: str | Path) -> None:
    """Remove a file, or a folder with all that is in it, which is gone at once; links are removed, not followed."""
    path = Path(path)
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    _prepare(path.parent)
    gone = _beside(path, _BEGUN)
    with _held(gone):
        os.replace(path, gone)
        shutil.rmtree(gone)


def remove_leftovers(folder: str | Path, seconds: float = 1) -> None:
    """Remove what killed writers left in ``folder``, if it is there. A process's first write to a folder does so, too.

    Files younger than ``seconds`` stay: their writers may be about to lock them.
    """
    found = _temporaries(Path(folder))
    for path, parts in found:
        if parts["state"] == _REPLACED:
            recover_folder(path.with_name(parts["name"]))
    for path, _ in found:
        with suppress(OSError):  # put in its place, or another process was faster, or it is another user's
            if time.time() - path.stat().st_mtime >= seconds:
                with locked_if_free(_lock_file(path)) as free:
                    if free:
                        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _beside(path: Path, state: str, mark: str = "", suffix: str = "") -> Path:
    mark = mark or uuid.uuid4().hex[:8]
    return path.with_name(f".{path.name.removesuffix(suffix)}.{state}-{mark}{suffix}")


def _temporaries(folder: Path) -> list[tuple[Path, re.Match[str]]]:
    """Return what lies in a folder under a temporary name, and the parts of the name.

    Links, pipes and sockets are left out: no writer of ours makes any, and to open one may block for ever.
    """
    named = [(path, parts) for path in folder.glob(".*") if (parts := _TEMPORARY.fullmatch(path.name))]
    return [(path, parts) for path, parts in named if is_regular(path) or is_folder(path)]


def _prepare(folder: Path, private: bool = True) -> None:
    """Make a folder that is to be written to, and remove what others left there, once."""
    if private:
        private_folder(folder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
    if (absolute := folder.absolute()) not in _swept:
        _swept.add(absolute)
        remove_leftovers(folder)


def _lock_file(temporary: Path) -> Path:
    """Return the lock file of whatever lies under a temporary name; of a lock file, itself."""
    parts = _TEMPORARY.fullmatch(temporary.name)
    if parts is None:
        raise ValueError(f"{temporary.name} is no temporary name")
    return temporary.with_name(f".{parts['name']}.{_LOCK}-{parts['mark']}")


@contextmanager
def _held(temporary: Path) -> Iterator[None]:
    """Hold the lock that shows that the writer is alive."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked_if_free(_lock_file(temporary)))
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield


@contextmanager
def _naming(path: Path, temporary: Path) -> Iterator[None]:
    """Make an OSError of the block name the file that was to be written, as nobody knows the temporary one."""
    try:
        yield
    except OSError as error:
        own = (str(temporary), str(_lock_file(temporary)))
        if error.errno and (error.filename is None or str(error.filename).startswith(own)):
            error.filename, error.filename2 = str(path), None
        raise


def sync(path: Path) -> None:
    """Have the system write a file, or a folder's list of files, to the disk now."""
    if sys.platform == "win32" and path.is_dir():  # Windows can do this for files only
        return
    opened = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError:
        if not path.is_dir():  # some network file systems can do this for files only
            raise
    finally:
        os.close(opened)
