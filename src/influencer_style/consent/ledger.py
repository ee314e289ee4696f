"""The consent ledger: decides what may be done with a creator's photos and look, and records every decision.

Its folder is what INFLUENCER_STYLE_LEDGER names; else `data/00_consent` of the project, which `make clean` leaves
alone; outside of a project, where an app loads a model folder, `~/.local/share/influencer_style/ledger`.

A decision that cannot be recorded is not made: `decide` raises, and whoever asked must not go on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from influencer_style.consent import clock
from influencer_style.consent.audit_clock import require_clock
from influencer_style.consent.audit_log import LOG_FILE, AuditError, AuditLog
from influencer_style.consent.change import decide_learnt, newer
from influencer_style.consent.grant import Consent, Decision, Scope, decide, decide_folder
from influencer_style.consent.known_creators import KnownCreators
from influencer_style.consent.tombstones import Tombstone, Tombstones
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.user_folder import user_folder

FOLDER = "INFLUENCER_STYLE_LEDGER"
_IN_PROJECT = "data/00_consent"


class Ledger:
    """What is known of consents in one place.

    Args:
        folder: of the ledger; it is made with the first decision.

    Attributes:
        folder: as given.
        log: the audit log in it.
        tombstones: in it, of those who have withdrawn: to them no consent of before counts.
        creators: in it, whom ingestion has read, and where their folders are.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.log = AuditLog(self.folder / LOG_FILE)
        self.tombstones = Tombstones(self.folder)
        self.creators = KnownCreators(self.folder)

    @classmethod
    def of(cls, project: Path | None) -> Ledger:
        """Return the ledger of a project; None is outside of one.

        Raises:
            AuditError: when there is no project, and the user has no home folder either.
        """
        if project and not os.environ.get(FOLDER):
            return cls(project / _IN_PROJECT)
        try:
            return cls(user_folder("ledger", FOLDER))
        except RuntimeError as error:
            raise AuditError(str(error)) from error

    def decide(
        self,
        stage: str,
        creator: str,
        consent: Consent | Mapping[str, Any],
        *scopes: Scope,
        refusals_only: bool = False,
        **facts: Any,
    ) -> Decision:
        """Decide whether a consent covers one of `scopes` today, and record it.

        Args:
            stage: what for: `ingestion`, `training`, `stylize`, ...
            creator: the slug.
            consent: as read, or as a look carries it.
            scopes: any of them will do.
            refusals_only: whether a permission is not recorded: of a check, after which what is done asks again.
            **facts: further ones for the row, such as the model.

        Raises:
            AuditError: when it cannot be recorded, or a tombstone cannot be read.
        """
        decision = self._still(creator, consent, scopes)
        if not (decision.allowed and refusals_only):
            self.record(stage, creator, scopes, decision, consent, **facts)
        return decision

    def decide_folder(
        self,
        stage: str,
        creator: str,
        folder: Path,
        *scopes: Scope,
        learnt: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> tuple[Decision, Consent | None]:
        """Decide about the consent that lies in a creator's folder now, and record it.

        Args:
            stage, creator, scopes, facts: as in `decide`.
            folder: the creator's; without a valid consent.yml in it, nothing is allowed.
            learnt: the consent that goes out with the creator's look, which must hold as well, and have allowed no
                more than the folder's does.

        Returns:
            the decision, its reason naming the file; and the consent, where one could be read.

        Raises:
            AuditError: when it cannot be recorded.
        """
        decision, consent = self.standing(creator, folder, scopes, learnt)
        self.record(stage, creator, scopes, decision, consent, **facts)
        return decision, consent

    def standing(
        self, creator: str, folder: Path, scopes: tuple[Scope, ...], learnt: Mapping[str, Any] | None = None
    ) -> tuple[Decision, Consent | None]:
        """Decide as `decide_folder` does, and record nothing."""
        day = self.today()
        if learnt is None:
            decision, consent = decide_folder(folder, scopes, day)
        else:
            decision, consent = decide_learnt(folder, scopes, day, learnt)
        if consent is not None and (over := self._unless_withdrawn(creator, consent)):
            return over, consent
        if decision.allowed and learnt is not None and self.withdrawn(creator, learnt):
            return newer(folder), consent
        return decision, consent

    def today(self) -> date:
        """Return the day on which consents must hold.

        Raises:
            AuditError: when this machine cannot tell the day, or was set back behind the last row of the log.
        """
        try:
            require_clock(self.log.path)
            return clock.today()
        except clock.ClockError as error:
            raise AuditError(str(error)) from error

    def withdrawn(self, creator: str, consent: Consent | Mapping[str, Any]) -> Tombstone | None:
        """Return the tombstone of a creator who has withdrawn since they gave this consent; None where they have not.

        Raises:
            AuditError: when it cannot be read.
        """
        if isinstance(consent, Consent):
            return self.tombstones.barring(creator, consent.granted_on, consent.subject)
        return self.tombstones.barring(creator, _day(consent.get("granted_on")), str(consent.get("subject", "")))

    def _still(self, creator: str, consent: Consent | Mapping[str, Any], scopes: tuple[Scope, ...]) -> Decision:
        day = self.today()
        return self._unless_withdrawn(creator, consent) or decide(consent, scopes, day)

    def _unless_withdrawn(self, creator: str, consent: Consent | Mapping[str, Any]) -> Decision | None:
        stone = self.withdrawn(creator, consent)
        return stone and Decision(False, f"is over: {stone.words}", "granted_on")

    def record(
        self,
        stage: str,
        creator: str,
        scopes: tuple[Scope, ...],
        decision: Decision,
        consent: Consent | Mapping[str, Any] | None,
        **facts: Any,
    ) -> None:
        """Record a decision; arguments as in `decide`.

        Raises:
            AuditError: when it cannot be recorded.
        """
        short = consent.in_short() if isinstance(consent, Consent) else consent
        self.log.append(
            "decision",
            stage=stage,
            creator=creator,
            scope=" or ".join(scopes),
            decision="allowed" if decision.allowed else "refused",
            reason=decision.reason,
            # Which consent it was, without what is in it: rows of the same one have the same.
            consent=fingerprint(json.dumps(short, sort_keys=True, default=str))[:16] if short else "",
            **facts,
        )


def _day(told: Any) -> date | None:
    """Return the day that a look's recorded consent tells; None where it tells none."""
    try:
        return told if type(told) is date else date.fromisoformat(str(told))
    except ValueError:
        return None
