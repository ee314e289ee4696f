"""Nodes that `training` and `synthesis_training` share, and the crops that they read."""

from __future__ import annotations

from collections.abc import Callable

from influencer_style.consent.grant import Scope
from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.trained import AnyGenerator, TrainedModel
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted, permitted_looks

Chosen = tuple[FaceStore | LookProfiles, ...]


def choosing_creators(
    stage: str, scope: Scope, judged: bool = False
) -> Callable[[FaceStore, LookProfiles, PhotoSource], Chosen]:
    """Return the node that chooses whose photos and looks a training uses, by the consents that hold when it runs.

    Args:
        stage: The training's name, for the audit log.
        scope: What the consent to a look must cover.
        judged: Whether the node returns crops to judge by as well, those of all whose looks are offered.
    """

    def choose_creators(crops: FaceStore, looks: LookProfiles, source: PhotoSource) -> Chosen:
        """Return the crops of those whose consent covers `train` now, and the looks whose consent covers the scope.

        Whoever allows the latter alone is known to the generator by the look's profile.

        Raises:
            NobodyPermitted: When no look is left.
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

        Raises:
            NobodyPermitted: When none is left.
        """
        return permitted_looks("registration", looks, source, scope)

    return choose_looks
