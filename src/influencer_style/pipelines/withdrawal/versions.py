"""Nodes that take a creator out of the registry and its store: a champion without their look, no version with it."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from influencer_style.consent.tombstones import Tombstone
from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.withdrawal.nodes import base_without
from influencer_style.pipelines.withdrawal.parameters import WithdrawalParameters
from influencer_style.pipelines.withdrawal.record import Replacement, Revocation
from influencer_style.tracking import current
from influencer_style.tracking.registry import champion as titles
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.registry.revocation import empty, remove_pictures, revoke, versions_holding
from influencer_style.tracking.registry.versions import NoSuchVersionError, RegistryError, registry

log = logging.getLogger(__name__)
_BUNDLES: dict[str, type[Bundle]] = {"transfer": TransferBundle, "synthesis": SynthesisBundle}


def replace_champions(
    stone: Tombstone,
    _transfer: TransferBundle | None,
    _synthesis: SynthesisBundle | None,
    training: TrainingParameters,
    synthesis_training: SynthesisParameters,
    parameters: WithdrawalParameters,
) -> list[Replacement]:
    """Make the base in the looks of those who stay the champion, wherever the champion knows the creator's look.

    If no base understands the style codes, or nobody stays, there is no champion from here on. The project's own
    generators come first, so that they no longer have the look. Returns the champions that were replaced, and raises
    RegistryError if the registry does not answer.
    """
    if current.node_run() is None:
        return []
    store, replaced = registry(), list[Replacement]()
    bases = {"transfer": training.base, "synthesis": synthesis_training.base}
    for name, kind in parameters.registered_models.items():
        try:
            champion = titles.contender(store, name, f"@{titles.CHAMPION}")
        except NoSuchVersionError:
            continue  # no such model, or no champion
        if champion not in versions_holding(store, name, stone.slug):
            continue
        known = _BUNDLES[kind].load(titles.folder_of(store, champion))
        new = ""
        if (left := base_without(stone, known, bases[kind])) is not None:
            new = _registered(name, left)
            titles.crown(store, titles.contender(store, name, new), f"{stone.creator} withdrew", champion.version)
        else:
            words = "%s has no champion now: nobody stays whose look a base could take. Run: %s"
            log.warning(words, name, known.COMMAND)
        replaced.append(Replacement(name, champion.version, new))
    return replaced


def revoke_versions(
    stone: Tombstone, _replaced: list[Replacement], parameters: WithdrawalParameters
) -> list[Revocation]:
    """Revoke every version that knows the creator's look, and empty it.

    The champions are replaced before, so that there is a champion at any time.
    """
    if current.node_run() is None:
        return []
    store, found = registry(), list[Revocation]()
    for name in parameters.registered_models:
        for one in versions_holding(store, name, stone.slug):
            rests = "knows the look of" if one.tags.get("kept") == "base" else "was trained on photos or the look of"
            why = f"it {rests} {stone.creator}, who withdrew on {stone.withdrawn_on}"
            if one.tags.get("revoked") != "true":
                revoke(store, one, why)
                log.info("Version %s of %s is revoked: %s", one.version, name, why)
            left = ""
            try:
                empty(store, one, why)
            except Exception as error:  # whatever the store raises: the other versions must still be reached
                left = f"its files could not be removed ({error})"
            found.append(Revocation(name, one.version, why, left))
    return found


def remove_run_pictures(stone: Tombstone, _revoked: list[Revocation]) -> tuple[int, list[str]]:
    """Remove pictures and pages of earlier runs that may show the creator; return as `remove_pictures` does."""
    run = current.node_run()
    if run is None or run.experiment_id is None:
        return 0, ["models and pictures in the registry: this run was not tracked (mlflow.yml)"]
    return remove_pictures(run.store, run.experiment_id, stone.slug)


def _registered(name: str, bundle: Bundle) -> str:
    with TemporaryDirectory() as folder:
        bundle.save(folder)
        version = register_generator(Path(folder), name, bundle.tags(), bundle.card, bundle.TASK)
    if version is None:
        raise RegistryError(f"{name} could not be registered anew; the log says why. Run the withdrawal again")
    return version
