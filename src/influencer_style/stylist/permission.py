"""Whether a look may be used now: whatever makes pictures asks the consent ledgers first, for each request again.

A decision that cannot be recorded is not made: without a ledger that can be written, nothing is restyled.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.grant import Decision, Scope
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.places import ledgers_of
from influencer_style.networks.listing import Listing
from influencer_style.stylist.errors import StylistError, UnrecordedError

if TYPE_CHECKING:
    from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle

Kind = TypeVar("Kind", "TransferBundle", "SynthesisBundle", Listing)

log = logging.getLogger(__name__)
SERVING = "serving"  # the stage whose refusals strangers read


@dataclass(frozen=True)
class Permission:
    """Asks whether looks may be used.

    Attributes:
        stage: What they are used for, as it is recorded: `stylize`, `compare`, `serving`, ...
        ledgers: The ledgers to ask; by default those that know of the model, see `consent.places`.
        recorded: Looks whose use is recorded already: a request that uses a look again and again is one decision.
    """

    stage: str = "stylize"
    ledgers: Ledgers | None = None
    recorded: frozenset[str] = frozenset()

    def check(self, model: Bundle | Listing, looks: Iterable[str], scope: Scope = "transfer") -> None:
        """Refuse looks that may not be used now. Only refusals are recorded: what is done afterwards asks again.

        `scope` is `transfer` for restyling, `generate` for new portraits. Raises StylistError for the first look that
        may not be used, UnrecordedError when that cannot be recorded.
        """
        looks = frozenset(looks)
        self._decide(model, looks, scope, silent=looks)

    def record(self, model: Bundle | Listing, looks: Iterable[str], scope: Scope = "transfer") -> Permission:
        """Record that looks are used now; refuse and raise as `check` does. Return the permission that knows of it.

        Looks whose use is recorded already are decided about again all the same, without another row.
        """
        looks = set(looks)
        self._decide(model, looks, scope, silent=self.recorded)
        return replace(self, recorded=self.recorded | looks)

    def note_written(
        self, model: Bundle | Listing, looks: Iterable[str], place: Path, index: Path | None = None, stage: str = ""
    ) -> None:
        """Record where pictures that carry looks are written, before the first is: a withdrawal lists them.

        `place` is a file, or a folder whose pictures the file `index` names; `stage` is what writes them, where that is
        not what this permission is for. Raises UnrecordedError when that cannot be recorded.
        """
        with recording(self, model) as ledgers:
            ledgers.note_written(stage or self.stage, set(looks), place, index)

    def without_withdrawn(self, model: Kind) -> Kind:
        """Return a model without the looks of creators who have withdrawn: a copy may lie where no withdrawal came.

        Raises StylistError when the generator itself was trained on such a creator, or no look is left; UnrecordedError
        when the ledger cannot be read.
        """
        names: list[str] = model.looks.names
        with recording(self, model) as ledgers:
            found = {
                name: stone
                for name in names
                if (stone := ledgers.withdrawn(name, model.looks[name].consent, model.looks[name].photos))
            }
            # Creators whose photos are in the weights, although their look is not offered.
            trained_on = {*filter(None, model.notes.get("taught", "").split(", "))} - {*names}
            found |= {name: stone for name in trained_on if (stone := ledgers.withdrawn(name, {}))}
        if not found:
            return model
        stone = next(iter(found.values()))
        left = [name for name in names if name not in found]
        if model.notes.get("kept") != "base" or not left:
            remedy = f"load the registered model that is @champion, or train anew: {model.COMMAND}"
            rests_on = f"{stone.creator}, who withdrew on {stone.withdrawn_on}"
            raise StylistError(f"this model rests on {rests_on}; {remedy}")
        return replace(model, looks=model.looks.only(left))

    def refusal(self, what: str, decision: Decision) -> str:
        """Return a refusal in words. A server's clients read no names of folders and people; its log has them."""
        if self.stage == SERVING and decision.private:
            log.warning("%s %s", what, decision.reason)
            return f"{what} does not hold today; choose another look, or ask who runs this server"
        return f"{what} {decision.reason}"

    def _decide(self, model: Bundle | Listing, looks: Iterable[str], scope: Scope, silent: frozenset[str]) -> None:
        """Decide about looks; a permission for one of `silent` is not recorded."""
        with recording(self, model) as ledgers:
            for name in sorted(looks):
                look = model.looks[name]
                decision = ledgers.decide(
                    self.stage,
                    name,
                    look.consent,
                    scope,
                    photos=look.photos,
                    refusals_only=name in silent,
                    model=model.fingerprint[:16],
                )
                if not decision.allowed:
                    raise StylistError(self.refusal(f"the consent for look {name!r}", decision))


@contextmanager
def recording(permission: Permission, model: Bundle | Listing) -> Iterator[Ledgers]:
    """Yield the ledgers to ask about a model's looks and to record in; raises UnrecordedError when that fails."""
    try:
        yield permission.ledgers or ledgers_of(model.folder)
    except AuditError as error:
        raise UnrecordedError(str(error)) from error
