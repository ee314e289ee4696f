"""Whose photos and looks a stage may use, decided when it runs: a consent may have ended since the last stage."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import pandas as pd

from influencer_style.consent.grant import Scope
from influencer_style.consent.places import project_ledger
from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.trained import AnyGenerator, TrainedModel
from influencer_style.photos.source import PhotoSource

log = logging.getLogger(__name__)
Chosen = tuple[FaceStore | LookProfiles, ...]


class NobodyPermitted(ValueError):
    """No creator's consent covers what a stage does; the text says why."""


def permitted(
    stage: str, creators: Mapping[str, str], source: PhotoSource, *scopes: Scope, learnt: LookProfiles | None = None
) -> set[str]:
    """Return the slugs of those whose consent covers one of `scopes` now; record each decision.

    `creators` holds the names of creators' folders, by slug. Where `learnt` is given, the copies of the consents in
    these looks must hold as well. Raises AuditError if a decision cannot be recorded.
    """
    ledger, found = project_ledger(), set()
    for slug, name in sorted(creators.items()):
        own = None if learnt is None else learnt[slug].consent
        decision = ledger.decide_folder(stage, slug, source.creator_folder(name), *scopes, learnt=own)
        if decision.allowed:
            found.add(slug)
        else:
            log.warning("%s: creator %s is left out: %s", stage, name, decision.reason)
    return found


def permitted_photos(stage: str, manifest: pd.DataFrame, source: PhotoSource, *scopes: Scope) -> pd.DataFrame:
    """Return the manifest without creators whose consent covers none of `scopes` now; as `permitted`."""
    own = manifest[(manifest["role"] == "creator") & (manifest["status"] == "accepted")]
    found = permitted(stage, dict(zip(own["slug"], own["creator"], strict=True)), source, *scopes)
    return manifest[(manifest["role"] != "creator") | manifest["slug"].isin(found)]


def permitted_crops(stage: str, crops: FaceStore, source: PhotoSource, *scopes: Scope) -> FaceStore:
    """Return the crops without those of creators whose consent covers none of `scopes` now; as `permitted`."""
    return crops.without_creators_but(permitted(stage, crops.creators, source, *scopes))


def permitted_looks(stage: str, looks: LookProfiles, source: PhotoSource, scope: Scope = "transfer") -> LookProfiles:
    """Return the looks whose creators' consent covers `scope` now; as `permitted`.

    Raises NobodyPermitted if there is none.
    """
    creators = {name: looks[name].creator for name in looks.names}
    found = permitted(stage, creators, source, scope, learnt=looks)
    if not found:
        raise NobodyPermitted(f"{stage}: no creator's consent covers {scope} today; the log above gives each reason")
    return looks.only(found)


def choosing_creators(
    stage: str, scope: Scope, judged: bool = False
) -> Callable[[FaceStore, LookProfiles, PhotoSource], Chosen]:
    """Return the node that chooses whose photos and looks a training uses, by the consents that hold when it runs.

    `scope` is what the consent to a look must cover. If `judged`, the node returns crops to judge by as well, those of
    all whose looks are offered.
    """

    def choose_creators(crops: FaceStore, looks: LookProfiles, source: PhotoSource) -> Chosen:
        """Return the crops of those whose consent covers `train` now, and the looks whose consent covers the scope.

        Whoever allows the latter alone is known to the generator by the look's profile. Raises NobodyPermitted when no
        look is left.
        """
        looks = permitted_looks(stage, looks, source, scope)
        creators = {name: looks[name].creator for name in looks.names}
        learnt_from = crops.without_creators_but(permitted(stage, creators, source, "train", learnt=looks))
        return (learnt_from, crops.without_creators_but(looks.names), looks) if judged else (learnt_from, looks)

    return choose_creators


def choosing_looks(scope: Scope) -> Callable[[LookProfiles, TrainedModel[AnyGenerator], PhotoSource], LookProfiles]:
    """Return the node that chooses which looks are registered, by the consents that hold once training is over."""

    def choose_looks(looks: LookProfiles, _trained: TrainedModel[AnyGenerator], source: PhotoSource) -> LookProfiles:
        """Return the looks whose consent still covers the scope: the training may have taken hours.

        Raises NobodyPermitted when none is left.
        """
        return permitted_looks("registration", looks, source, scope)

    return choose_looks
