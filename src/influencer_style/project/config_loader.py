"""Kedro's configuration, read in a folder of any name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from kedro.config import OmegaConfigLoader


class ConfigurationFiles(LocalFileSystem):
    """The local file system, in which patterns hold below one folder and that folder's own name is no pattern.

    In a folder such as `photos [2026]` Kedro would find no configuration; in `photos?` it would walk through all that
    lies next to that folder.

    Args:
        folder: The folder of the configuration.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = Path(folder)

    def glob(self, path: str, **_options: Any) -> list[str]:
        """Return the files and folders below the folder that match a pattern; `/**` at its end matches all."""
        pattern = Path(path).relative_to(self._folder).as_posix()
        if pattern.endswith("/**"):
            pattern += "/*"
        return sorted(found.as_posix() for found in self._folder.glob(pattern))


class AnyFolderConfigLoader(OmegaConfigLoader):
    """Kedro's loader, for projects in folders of any name."""

    @staticmethod
    def _initialise_filesystem_and_protocol(conf_source: str) -> tuple[AbstractFileSystem, str]:
        filesystem, protocol = OmegaConfigLoader._initialise_filesystem_and_protocol(conf_source)
        return (ConfigurationFiles(conf_source) if protocol == "file" else filesystem), protocol
