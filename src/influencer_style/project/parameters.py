"""The parameters of the Kedro project around the working folder, for what is no pipeline."""

from __future__ import annotations

import warnings
from typing import Any

from kedro.config import OmegaConfigLoader

from influencer_style.project.folder import ConfigurationError, enclosing_project


def project_parameters(section: str) -> dict[str, Any]:
    """Return a section of the project's parameters, as conf/base and conf/local say; nothing outside of a project.

    Raises:
        ConfigurationError: when they cannot be read.
    """
    project = enclosing_project()
    if project is None:
        return {}
    with warnings.catch_warnings():
        # Kedro's own call; nothing that a user could mend.
        warnings.filterwarnings("ignore", message=r"(OmegaConf\.)?register_new_resolver\(\) is deprecated")
        loader = OmegaConfigLoader(
            conf_source=str(project / "conf"),
            base_env="base",
            default_run_env="local",
            merge_strategy={"parameters": "soft"},
        )
        try:
            return dict(loader["parameters"].get(section) or {})
        except Exception as error:  # of YAML, OmegaConf or Kedro, or a section that is no table
            raise ConfigurationError(
                f"the parameters in {project / 'conf'} cannot be read ({error}); correct them"
            ) from error
