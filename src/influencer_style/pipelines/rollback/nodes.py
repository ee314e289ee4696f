"""The node of `rollback`."""

from __future__ import annotations

import logging

from influencer_style.pipelines.rollback.parameters import RollbackParameters
from influencer_style.tracking.registry import champion
from influencer_style.tracking.registry.versions import registry

log = logging.getLogger(__name__)


def roll_back(parameters: RollbackParameters) -> dict[str, str]:
    """Make an earlier version the champion again; return the record: `champion`, `rolled_back`, `why` and `on`.

    Raises RegistryError when this run is not tracked, or there is no version to go back to.
    """
    record = champion.roll_back(registry(), parameters.registered_model, parameters.to, parameters.why)
    log.info("Rolled back from version %s to version %s.", record["rolled_back"], record["champion"])
    return record
