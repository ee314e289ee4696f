"""Whether a look may be used now: whatever makes pictures asks the consent ledger first, each time it is asked itself.

A decision that cannot be recorded is not made: without a ledger that can be written, nothing is restyled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from influencer_style.serving.result import StylistError, UnrecordedError

if TYPE_CHECKING:
    from influencer_style.looks.profile import LookProfiles
    from influencer_style.networks.bundle import TransferBundle
    from influencer_style.photos.consent import Scope
    from influencer_style.photos.ledger import Ledger


def require_consent(
    looks: LookProfiles,
    names: Iterable[str],
    scope: Scope,
    stage: str,
    ledger: Ledger | None = None,
    refusals_only: bool = False,
    **facts: Any,
) -> None:
    """Record, for each look, whether its creator's consent covers `scope` now; refuse where one does not.

    Args:
        looks: the model's.
        names: of the looks that are asked for.
        scope: `transfer` for restyling, `generate` for new portraits.
        stage: for the record: `stylize`, `compare`, `serving`, ...
        ledger: by default the project's around the working folder, outside of one the user's.
        refusals_only: whether only refusals are recorded: of a check, after which what is done asks again.
        **facts: further ones for the record, such as the model.

    Raises:
        StylistError: for the first look that may not be used; UnrecordedError: when a decision cannot be recorded.
    """
    with recording(ledger) as ledger:
        for name in names:
            decision = ledger.decide(stage, name, looks[name].consent, scope, refusals_only=refusals_only, **facts)
            if not decision.allowed:
                raise StylistError(f"the consent for look {name!r} {decision.reason}")


def without_withdrawn(bundle: TransferBundle, ledger: Ledger | None = None) -> TransferBundle:
    """Return a model without the looks of creators who have withdrawn: a copy of it may lie where no withdrawal came.

    Raises:
        StylistError: when the generator itself was trained on such a creator, or no look is left; UnrecordedError: when
            the ledger cannot be read.
    """
    looks = bundle.looks
    with recording(ledger) as ledger:
        found = {name: stone for name in looks.names if (stone := ledger.withdrawn(name, looks[name].consent))}
    if not found:
        return bundle
    stone = next(iter(found.values()))
    left = [name for name in looks.names if name not in found]
    if bundle.notes.get("kept") != "base" or not left:
        raise StylistError(
            f"this model rests on {stone.creator}, who withdrew on {stone.withdrawn_on}; load "
            "models:/look-transfer@champion, or train anew: kedro run"
        )
    return replace(bundle, looks=looks.only(left))


@contextmanager
def recording(ledger: Ledger | None) -> Iterator[Ledger]:
    """Yield the ledger to record in; see `require_consent`. Raises UnrecordedError when that fails."""
    from influencer_style.photos.audit_log import AuditError
    from influencer_style.tracking.config import project_ledger

    try:
        yield ledger or project_ledger()
    except AuditError as error:
        raise UnrecordedError(str(error)) from error
