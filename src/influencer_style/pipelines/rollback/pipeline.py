"""The pipeline `rollback`, its parameters and its node."""

from __future__ import annotations

import logging

from kedro.pipeline import Pipeline
from pydantic import Field

from influencer_style.pipelines.stage import stage, step
from influencer_style.project.configuration import Section
from influencer_style.tracking.registry import champion
from influencer_style.tracking.registry.versions import registry

log = logging.getLogger(__name__)


class RollbackParameters(Section):
    """See conf/base/parameters_rollback.yml."""

    registered_model: str = Field(min_length=1)
    to: str = Field(pattern=r"^\d*$", coerce_numbers_to_str=True)
    why: str


def create_pipeline() -> Pipeline:
    """An earlier version becomes `@champion` again."""
    return stage("rollback", step(roll_back, "params:rollback", "rollback_record"))


def roll_back(parameters: RollbackParameters) -> dict[str, str]:
    """Make an earlier version the champion again; return the record: `champion`, `rolled_back`, `why` and `on`.

    Raises RegistryError when this run is not tracked, or there is no version to go back to.
    """
    record = champion.roll_back(registry(), parameters.registered_model, parameters.to, parameters.why)
    log.info("Rolled back from version %s to version %s.", record["rolled_back"], record["champion"])
    return record
