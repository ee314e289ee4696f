"""Nodes that take a creator out of the registry and its store: a champion without their look, no version with it."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from influencer_style.consent.tombstones import Tombstone
from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.withdrawal.parameters import WithdrawalParameters
from influencer_style.pipelines.withdrawal.rebuilding import KINDS, base_without
from influencer_style.tracking import current
from influencer_style.tracking.registry import champion as titles
from influencer_style.tracking.registry.champion import Contender
from influencer_style.tracking.registry.errors import NoSuchVersionError, RegistryError
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.registry.revocation import empty, remove_pictures, revoke, versions_holding
from influencer_style.tracking.registry.served import Served
from influencer_style.tracking.registry.versions import registry
from influencer_style.tracking.store import Store

log = logging.getLogger(__name__)
Found = dict[str, Any]


def replace_champions(
    stone: Tombstone,
    transfer: TransferBundle | None,
    synthesis: SynthesisBundle | None,
    training: TrainingParameters,
    synthesis_training: SynthesisParameters,
    parameters: WithdrawalParameters,
) -> list[Found]:
    """Make the base in the looks of those who stay the champion, wherever the champion knows the creator's look.

    Where no base understands the style codes, or nobody stays, there is no champion from here on.

    Args:
        stone: who withdrew.
        transfer, synthesis: the project's own generators, which are without their look by now.
        training, synthesis_training: say which bases.
        parameters: which registered models there are, and of which kind.

    Returns:
        for each champion that was replaced: `name`, `deposed`, and `champion`, empty where there is none now.

    Raises:
        RegistryError: when the registry does not answer.
    """
    if current.node_run() is None:
        return []
    store, replaced = registry(), []
    bases = {"transfer": training.base, "synthesis": synthesis_training.base}
    for name, kind in parameters.registered_models.items():
        champion = _champion(store, name)
        if champion is None or champion not in versions_holding(store, name, stone.slug):
            continue
        known = KINDS[kind].bundle.load(titles.folder_of(store, champion))
        left = base_without(stone, known, bases[kind])
        new = ""
        if left is not None:
            new = _registered(name, left, KINDS[kind].served)
            titles.crown(store, titles.contender(store, name, new), f"{stone.creator} withdrew", champion.version)
        else:
            why = "nobody stays whose look a base could take"
            log.warning("%s has no champion now: %s. Run: %s", name, why, known.COMMAND)
        replaced.append({"name": name, "deposed": champion.version, "champion": new})
    return replaced


def revoke_versions(stone: Tombstone, replaced: list[Found], parameters: WithdrawalParameters) -> list[Found]:
    """Revoke every version that knows the creator's look, and empty it.

    Args:
        stone: who withdrew.
        replaced: champions that have a successor; it comes first, so that there is one at any time.
        parameters: which registered models there are.

    Returns:
        for each such version: `name`, `version`, `why`, and `left`, what of its files could not be removed.
    """
    if current.node_run() is None:
        return []
    store, found = registry(), []
    for name in parameters.registered_models:
        for one in versions_holding(store, name, stone.slug):
            why = _why(stone, one)
            if one.tags.get("revoked") != "true":
                revoke(store, one, why)
                log.info("Version %s of %s is revoked: %s", one.version, name, why)
            left = ""
            try:
                empty(store, one, why)
            except Exception as error:  # whatever the store raises: the other versions must still be reached
                left = f"its files could not be removed ({error})"
            found.append({"name": name, "version": one.version, "why": why, "left": left})
    return found


def remove_run_pictures(stone: Tombstone, revoked: list[Found]) -> Found:
    """Remove pictures and pages of earlier runs from the store, where they may show the creator.

    Returns:
        `removed`, how many files, and `left`, in words what could not be removed.
    """
    run = current.node_run()
    if run is None or run.experiment_id is None:
        return {"removed": 0, "left": ["models and pictures in the registry: this run was not tracked (mlflow.yml)"]}
    removed, left = remove_pictures(run.store, run.experiment_id, stone.slug)
    return {"removed": removed, "left": left}


def _champion(store: Store, name: str) -> Contender | None:
    try:
        return titles.contender(store, name, f"@{titles.CHAMPION}")
    except NoSuchVersionError:
        return None  # no such model, or no champion


def _registered(name: str, bundle: Bundle, served: Served) -> str:
    with TemporaryDirectory() as folder:
        bundle.save(folder)
        version = register_generator(Path(folder), name, bundle.tags(), bundle.card, served=served)
    if version is None:
        raise RegistryError(f"{name} could not be registered anew; the log says why. Run the withdrawal again")
    return version


def _why(stone: Tombstone, one: Contender) -> str:
    rests = "it knows the look of" if one.tags.get("kept") == "base" else "it was trained on photos or the look of"
    return f"{rests} {stone.creator}, who withdrew on {stone.withdrawn_on}"
