"""Checks before anything runs or is tracked: the parameters that a user sets for one run, and the pipeline's data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from influencer_style.consent.slug import slug
from influencer_style.networks.folder import COMMANDS
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.pipelines.ingestion.parameters import IngestionParameters, photo_folders
from influencer_style.pipelines.stylize.parameters import StylizeParameters, photo_folder
from influencer_style.pipelines.withdrawal.parameters import WithdrawalError
from influencer_style.project.folder import model_place
from influencer_style.stylist.models import check_look
from influencer_style.tracking.data import path_of

if TYPE_CHECKING:
    from influencer_style.tracking.pipeline_run import RunParams


class ArgumentsHook:
    """Refuses a run whose parameters name a folder, look or creator that cannot be used."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Check the parameters that the pipeline takes.

        Raises one of the project's own ValueErrors, which names the parameter and the remedy.
        """
        for name in sorted(pipeline.inputs() & _CHECKS.keys()):
            _CHECKS[name](catalog.load(name))


def _check_ingestion(parameters: IngestionParameters) -> None:
    if parameters.source == "folder":
        photo_folders(parameters)


def _check_stylize(parameters: StylizeParameters) -> None:
    if parameters.folder:
        photo_folder(parameters.folder)
    parameters.check_reference()
    if parameters.look is not None:
        check_look(model_place(parameters.model), parameters.look, "stylize")


def _check_generate(parameters: GenerateParameters) -> None:
    check_look(model_place(parameters.model), parameters.look, "generate", "generate", COMMANDS["synthesis"])


def _check_creator(creator: object) -> None:
    if creator is None or not slug(str(creator)):
        remedy = "kedro run --pipeline withdrawal --params creator=NAME"
        raise WithdrawalError(f"creator is empty; name who withdraws: {remedy}")


_CHECKS: dict[str, Callable[..., None]] = {
    "params:ingestion": _check_ingestion,
    "params:stylize": _check_stylize,
    "params:generate": _check_generate,
    "params:creator": _check_creator,
}


class MissingDataError(click.ClickException):
    """A pipeline's input data does not exist. The command line shows the message alone, without a traceback."""


class PrerequisitesHook:
    """Refuses a pipeline whose input data is missing, and names the pipeline that makes it."""

    @hook_impl
    def before_pipeline_run(self, run_params: RunParams, pipeline: Pipeline, catalog: DataCatalog) -> None:
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
    pipelines.set_requested(None)  # Kedro has imported only those that are to run
    stem = name.partition("@")[0]
    makers = [
        (len(candidate.nodes), key)
        for key, candidate in pipelines.items()
        if stem in {output.partition("@")[0] for output in candidate.all_outputs()}
    ]
    return min(makers)[1] if makers else None


def _place(catalog: DataCatalog, name: str, project: Path) -> str:
    path = path_of(catalog.get(name))
    if path is None:
        return name
    return f"{name} ({path.relative_to(project) if path.is_relative_to(project) else path})"
