"""The project's configuration, read by Kedro's loader in a folder of any name."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from kedro.config import OmegaConfigLoader
from pydantic import BaseModel, ConfigDict

from influencer_style.project.folder import ConfigurationError, enclosing_project


class Section(BaseModel):
    """A table of the configuration: settings that it does not know are refused, and so are NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ConfigurationFiles(LocalFileSystem):
    """The local file system, in which patterns hold below the configuration's folder, whose own name is no pattern.

    In a folder such as `photos [2026]` Kedro would find no configuration; in `photos?` it would walk through all that
    lies next to that folder.
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


def project_configuration(kind: str, section: str = "") -> dict[str, Any]:
    """Return what conf/base and conf/local of the project around the working folder hold; empty outside of a project.

    `kind` is `parameters` or `mlflow`; `section` is the table of it to return, by default all of it. Raises
    ConfigurationError if it cannot be read.
    """
    project = enclosing_project()
    if project is None:
        return {}
    with warnings.catch_warnings():
        # Kedro's own call, which no user can change.
        warnings.filterwarnings("ignore", message=r"(OmegaConf\.)?register_new_resolver\(\) is deprecated")
        loader = AnyFolderConfigLoader(
            conf_source=str(project / "conf"),
            base_env="base",
            default_run_env="local",
            config_patterns={"mlflow": ["mlflow*", "mlflow*/**"]},
            merge_strategy={kind: "soft"},
        )
        try:
            return dict(loader[kind].get(section) or {}) if section else dict(loader[kind])
        except Exception as error:  # from YAML, OmegaConf or Kedro, or because a section is no table
            place = f"the {kind} in {project / 'conf'}"
            raise ConfigurationError(f"{place} cannot be read ({error}); correct them") from error
