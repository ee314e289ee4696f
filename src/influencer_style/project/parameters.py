"""The parameters of the Kedro project around the working folder, for code outside of pipelines."""

from __future__ import annotations

import warnings
from typing import Any

from kedro.config import OmegaConfigLoader

from influencer_style.project.folder import ConfigurationError, enclosing_project


def project_parameters(section: str) -> dict[str, Any]:
    """Return a section of the project's parameters from conf/base and conf/local; empty outside of a project.

    Raises:
        ConfigurationError: If they cannot be read.
    """
    project = enclosing_project()
    if project is None:
        return {}
    with warnings.catch_warnings():
        # Kedro's own call, which no user can change.
        warnings.filterwarnings("ignore", message=r"(OmegaConf\.)?register_new_resolver\(\) is deprecated")
        loader = OmegaConfigLoader(
            conf_source=str(project / "conf"),
            base_env="base",
            default_run_env="local",
            merge_strategy={"parameters": "soft"},
        )
        try:
            return dict(loader["parameters"].get(section) or {})
        except Exception as error:  # from YAML, OmegaConf or Kedro, or because a section is no table
            raise ConfigurationError(
                f"the parameters in {project / 'conf'} cannot be read ({error}); correct them"
            ) from error
