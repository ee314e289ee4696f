"""Whether a look may be used now: whatever makes pictures asks the consent ledger first, each time it is asked itself.

A decision that cannot be recorded is not made: without a ledger that can be written, nothing is restyled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from influencer_style.serving.result import StylistError, UnrecordedError

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle
    from influencer_style.photos.consent import Scope
    from influencer_style.photos.ledger import Ledger

Kind = TypeVar("Kind", bound="Bundle")


@dataclass(frozen=True)
class Permission:
    """How looks are asked for.

    Attributes:
        stage: what for, as it is recorded: `stylize`, `compare`, `serving`, ...
        ledger: by default the project's around the working folder, outside of one the user's.
        recorded: looks whose use is recorded already: a request that uses a look again and again is one decision.
    """

    stage: str = "stylize"
    ledger: Ledger | None = None
    recorded: frozenset[str] = frozenset()

    def check(self, bundle: Bundle, looks: Iterable[str], scope: Scope = "transfer") -> None:
        """Refuse looks that may not be used now. Only refusals are recorded: what is done afterwards asks again.

        Args:
            bundle: the model.
            looks: names of its looks.
            scope: `transfer` for restyling, `generate` for new portraits.

        Raises:
            StylistError: for the first look that may not be used; UnrecordedError: when that cannot be recorded.
        """
        self._decide(bundle, looks, scope, refusals_only=True)

    def record(self, bundle: Bundle, looks: Iterable[str], scope: Scope = "transfer") -> Permission:
        """Record that looks are used now; refuse and raise as `check` does. Returns the permission that knows of it."""
        looks = set(looks)
        self._decide(bundle, looks - self.recorded, scope, refusals_only=False)
        return replace(self, recorded=self.recorded | looks)

    def without_withdrawn(self, bundle: Kind) -> Kind:
        """Return a model without the looks of creators who have withdrawn: a copy may lie where no withdrawal came.

        Raises:
            StylistError: when the generator itself was trained on such a creator, or no look is left; UnrecordedError:
                when the ledger cannot be read.
        """
        looks = bundle.looks
        with recording(self.ledger) as ledger:
            found = {name: stone for name in looks.names if (stone := ledger.withdrawn(name, looks[name].consent))}
            # Whose photos are in the weights, while their look is not offered.
            taught = {*filter(None, bundle.notes.get("taught", "").split(", "))} - {*looks.names}
            found |= {name: stone for name in taught if (stone := ledger.withdrawn(name, {}))}
        if not found:
            return bundle
        stone = next(iter(found.values()))
        left = [name for name in looks.names if name not in found]
        if bundle.notes.get("kept") != "base" or not left:
            raise StylistError(
                f"this model rests on {stone.creator}, who withdrew on {stone.withdrawn_on}; load the registered model "
                f"that is @champion, or train anew: {bundle.COMMAND}"
            )
        return replace(bundle, looks=looks.only(left))

    def _decide(self, bundle: Bundle, looks: Iterable[str], scope: Scope, refusals_only: bool) -> None:
        with recording(self.ledger) as ledger:
            for look in sorted(looks):
                consent, model = bundle.looks[look].consent, bundle.fingerprint[:16]
                decision = ledger.decide(self.stage, look, consent, scope, refusals_only=refusals_only, model=model)
                if not decision.allowed:
                    raise StylistError(f"the consent for look {look!r} {decision.reason}")


@contextmanager
def recording(ledger: Ledger | None) -> Iterator[Ledger]:
    """Yield the ledger to record in; raises UnrecordedError when that fails."""
    from influencer_style.photos.audit_log import AuditError
    from influencer_style.tracking.config import project_ledger

    try:
        yield ledger or project_ledger()
    except AuditError as error:
        raise UnrecordedError(str(error)) from error
