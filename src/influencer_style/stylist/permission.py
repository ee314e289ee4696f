"""Whether a look may be used now: whatever makes pictures asks the consent ledgers first, each time it is asked itself.

A decision that cannot be recorded is not made: without a ledger that can be written, nothing is restyled.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from influencer_style.stylist.result import StylistError, UnrecordedError

if TYPE_CHECKING:
    from influencer_style.consent.grant import Decision, Scope
    from influencer_style.consent.ledgers import Ledgers
    from influencer_style.networks.bundle import Bundle

Kind = TypeVar("Kind", bound="Bundle")

log = logging.getLogger(__name__)
SERVING = "serving"  # the stage whose refusals strangers read


@dataclass(frozen=True)
class Permission:
    """How looks are asked for.

    Attributes:
        stage: what for, as it is recorded: `stylize`, `compare`, `serving`, ...
        ledgers: by default those that know of the model, see `consent.places`.
        recorded: looks whose use is recorded already: a request that uses a look again and again is one decision.
    """

    stage: str = "stylize"
    ledgers: Ledgers | None = None
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
        looks = frozenset(looks)
        self._decide(bundle, looks, scope, silent=looks)

    def record(self, bundle: Bundle, looks: Iterable[str], scope: Scope = "transfer") -> Permission:
        """Record that looks are used now; refuse and raise as `check` does. Returns the permission that knows of it.

        Looks whose use is recorded already are asked for again all the same, without another row.
        """
        looks = set(looks)
        self._decide(bundle, looks, scope, silent=self.recorded)
        return replace(self, recorded=self.recorded | looks)

    def note_written(
        self, bundle: Bundle, looks: Iterable[str], place: Path, index: Path | None = None, stage: str = ""
    ) -> None:
        """Record where pictures that carry looks are written, before the first is: a withdrawal lists them.

        Args:
            bundle: the model.
            looks: names of looks.
            place: a folder, or a file.
            index: the file that names the pictures in a folder.
            stage: what writes them, where that is not what this permission is for.

        Raises:
            UnrecordedError: when that cannot be recorded.
        """
        with recording(self, bundle) as ledgers:
            ledgers.note_written(stage or self.stage, set(looks), place, index)

    def without_withdrawn(self, bundle: Kind) -> Kind:
        """Return a model without the looks of creators who have withdrawn: a copy may lie where no withdrawal came.

        Raises:
            StylistError: when the generator itself was trained on such a creator, or no look is left; UnrecordedError:
                when the ledger cannot be read.
        """
        looks = bundle.looks
        with recording(self, bundle) as ledgers:
            found = {
                name: stone
                for name in looks.names
                if (stone := ledgers.withdrawn(name, looks[name].consent, looks[name].photos))
            }
            # Whose photos are in the weights, while their look is not offered.
            taught = {*filter(None, bundle.notes.get("taught", "").split(", "))} - {*looks.names}
            found |= {name: stone for name in taught if (stone := ledgers.withdrawn(name, {}))}
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

    def refusal(self, what: str, decision: Decision) -> str:
        """Return a refusal in words. A server's clients read no names of folders and people; its log has them."""
        if self.stage == SERVING and decision.private:
            log.warning("%s %s", what, decision.reason)
            return f"{what} does not hold today; choose another look, or ask who runs this server"
        return f"{what} {decision.reason}"

    def _decide(self, bundle: Bundle, looks: Iterable[str], scope: Scope, silent: frozenset[str]) -> None:
        """Decide about looks; a permission for one of `silent` is not recorded."""
        with recording(self, bundle) as ledgers:
            for name in sorted(looks):
                look = bundle.looks[name]
                decision = ledgers.decide(
                    self.stage,
                    name,
                    look.consent,
                    scope,
                    photos=look.photos,
                    refusals_only=name in silent,
                    model=bundle.fingerprint[:16],
                )
                if not decision.allowed:
                    raise StylistError(self.refusal(f"the consent for look {name!r}", decision))


@contextmanager
def recording(permission: Permission, bundle: Bundle) -> Iterator[Ledgers]:
    """Yield the ledgers to ask about a model's looks and to record in; raises UnrecordedError when that fails."""
    from influencer_style.consent.audit_row import AuditError
    from influencer_style.consent.places import ledgers_of

    try:
        yield permission.ledgers or ledgers_of(bundle.folder)
    except AuditError as error:
        raise UnrecordedError(str(error)) from error
