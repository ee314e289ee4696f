"""Refuses a pipeline whose input data is not there, and says which pipeline makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines


class MissingDataError(click.ClickException):
    """A pipeline's input data does not exist. The command line shows the message alone, without a traceback."""


class PrerequisitesHook:
    """Checks, before anything runs, that data which other pipelines make exists."""

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        """Raise MissingDataError for missing inputs that a registered pipeline makes.

        Inputs that no pipeline makes are left to their datasets, whose own errors say more.
        """
        missing: dict[str, list[str]] = {}
        for name in sorted(pipeline.inputs()):
            if name.startswith("params:") or name == "parameters":
                continue
            if name in catalog and not catalog.exists(name) and (maker := _maker(name)):
                missing.setdefault(maker, []).append(_place(catalog, name, Path(run_params["project_path"])))
        if not missing:
            return
        env = run_params.get("env")
        prefix = "kedro run" + (f" --env {env}" if env and env != "local" else "")
        lines = ["Data that this pipeline needs is missing."]
        for maker in sorted(missing, key=list(pipelines).index):
            lines.append(f"Run `{prefix} --pipeline {maker}` first; it makes:")
            lines += [f"  - {place}" for place in missing[maker]]
        raise MissingDataError("\n".join(lines))


def _maker(name: str) -> str | None:
    """Return the smallest registered pipeline that makes the dataset `name`."""
    pipelines.set_requested(None)  # Kedro has imported those alone that are to run
    stem = name.partition("@")[0]
    makers = [
        (len(candidate.nodes), key)
        for key, candidate in pipelines.items()
        if stem in {output.partition("@")[0] for output in candidate.all_outputs()}
    ]
    return min(makers)[1] if makers else None


def _place(catalog: Any, name: str, project: Path) -> str:
    described = catalog.get(name)._describe()
    place = described.get("filepath") or described.get("path")
    if place is None:
        return name
    path = Path(str(place))
    return f"{name} ({path.relative_to(project) if path.is_relative_to(project) else path})"
