"""Checks the parameters that a user sets for one run before anything is loaded or tracked: folders, looks, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kedro.framework.hooks import hook_impl

from influencer_style.project.folder import model_place


class ArgumentsHook:
    """Refuses a run whose parameters name a folder, look or creator that cannot be."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Any, catalog: Any) -> None:
        """Check the parameters that the pipeline takes.

        Raises:
            ValueError: one of the project's own errors, which names the parameter and the remedy.
        """
        for name in sorted(pipeline.inputs() & _CHECKS.keys()):
            _CHECKS[name](catalog.load(name))


def _check_ingestion(parameters: Any) -> None:
    from influencer_style.pipelines.ingestion.folders import photo_folders

    if parameters.source == "folder":
        photo_folders(parameters)


def _check_stylize(parameters: Any) -> None:
    from influencer_style.pipelines.stylize.folder import photo_folder
    from influencer_style.stylist.before_loading import check_look

    if parameters.folder:
        photo_folder(parameters.folder)
    restyling = parameters.restyling()
    restyling.check_reference()
    if restyling.look is not None:
        check_look(model_place(parameters.model), restyling.look, "stylize")


def _check_generate(parameters: Any) -> None:
    from influencer_style.networks.folder import COMMANDS
    from influencer_style.stylist.before_loading import check_look

    check_look(model_place(parameters.model), parameters.look, "generate", "generate", COMMANDS["synthesis"])


def _check_creator(creator: Any) -> None:
    from influencer_style.consent.slug import slug
    from influencer_style.pipelines.withdrawal.errors import WithdrawalError

    if creator is None or not slug(str(creator)):
        raise WithdrawalError(
            "creator is empty; name who withdraws: kedro run --pipeline withdrawal --params creator=NAME"
        )


_CHECKS: dict[str, Callable[[Any], None]] = {
    "params:ingestion": _check_ingestion,
    "params:stylize": _check_stylize,
    "params:generate": _check_generate,
    "params:creator": _check_creator,
}
