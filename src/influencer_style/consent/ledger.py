"""The consent ledger: decides what may be done with a creator's photos and look, and records every decision.

Its folder is the one that INFLUENCER_STYLE_LEDGER names, or else `data/00_consent` of the project, which `make clean`
leaves alone. Outside of a project, where an app loads a model folder, it is `~/.local/share/influencer_style/ledger`.

A decision that cannot be recorded is not made: `decide_folder` raises, and the caller must not go on.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from influencer_style.consent import clock
from influencer_style.consent.audit_log import LOG_FILE, AuditLog
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.consent_file import decide_folder, newer_than_look
from influencer_style.consent.grant import Consent, ConsentCopy, Decision, Scope
from influencer_style.consent.known_creators import KnownCreators
from influencer_style.consent.tombstones import Tombstone, Tombstones
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.user_folder import user_folder

FOLDER = "INFLUENCER_STYLE_LEDGER"
_IN_PROJECT = "data/00_consent"


class Ledger:
    """What is known of consents in one place: the audit log, the tombstones, and the creators whom ingestion has read.

    The folder is made with the first decision.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.log = AuditLog(self.folder / LOG_FILE)
        self.tombstones = Tombstones(self.folder)
        self.creators = KnownCreators(self.folder)

    @classmethod
    def of(cls, project: Path | None) -> Ledger:
        """Return the ledger of a project; None is outside of one.

        Raises AuditError if there is no project, and the user has no home folder either.
        """
        if project and not os.environ.get(FOLDER):
            return cls(project / _IN_PROJECT)
        try:
            return cls(user_folder("ledger", FOLDER))
        except RuntimeError as error:
            raise AuditError(str(error)) from error

    def decide_folder(
        self, stage: str, creator: str, folder: Path, *scopes: Scope, learnt: ConsentCopy | None = None, **facts: object
    ) -> Decision:
        """Decide by the consent that lies in a creator's folder now, and record it.

        Arguments are those of `consent_file.decide_folder`; `stage` says what the decision is for (`ingestion`,
        `training`, ...), `creator` is a slug, and `facts` are further facts for the row, such as the model. Raises
        AuditError if it cannot be recorded, or a tombstone cannot be read.
        """
        decision = self.standing(creator, folder, scopes, learnt)
        self.record(stage, creator, scopes, decision, decision.consent, **facts)
        return decision

    def standing(
        self, creator: str, folder: Path, scopes: tuple[Scope, ...], learnt: ConsentCopy | None = None
    ) -> Decision:
        """Decide as `decide_folder` does, and record nothing."""
        decision = decide_folder(folder, scopes, self.today(), learnt)
        consent = decision.consent
        if consent is not None and (stone := self.withdrawn(creator, consent)):
            return replace(stone.refusal, consent=consent)
        if decision.allowed and learnt is not None and self.withdrawn(creator, learnt):
            return replace(newer_than_look(folder), consent=consent)
        return decision

    def today(self) -> date:
        """Return the day on which consents must hold.

        Raises AuditError if this machine cannot tell the day, or its clock was set back to a day before that of the
        log's last row: a consent that had expired must not come back to life.
        """
        try:
            last = self.log.last_time()
            # The days of the times themselves, not `clock.today`: a test that sets another day leaves this alone.
            if last is not None and clock.local_day(clock.now()) < clock.local_day(last):
                raise AuditError(
                    f"the last row of {self.log.path} is of {last:%Y-%m-%d %H:%M} UTC, and this machine's clock says "
                    f"{clock.now():%Y-%m-%d %H:%M} UTC: it was set back, and nothing is decided. Set it right; or, if "
                    "it was wrong then, keep the log and its head elsewhere, as evidence, and a new log begins"
                )
            return clock.today()
        except clock.ClockError as error:
            raise AuditError(str(error)) from error

    def withdrawn(self, creator: str, consent: Consent | ConsentCopy) -> Tombstone | None:
        """Return the tombstone of a creator who has withdrawn since they gave this consent; None if they have not.

        Raises AuditError if it cannot be read.
        """
        if isinstance(consent, Consent):
            return self.tombstones.barring(creator, consent.granted_on, consent.subject)
        try:
            granted_on: date | None = date.fromisoformat(str(consent.get("granted_on")))
        except ValueError:  # the look's copy of the consent states no day
            granted_on = None
        return self.tombstones.barring(creator, granted_on, str(consent.get("subject", "")))

    def record(
        self,
        stage: str,
        creator: str,
        scopes: tuple[Scope, ...],
        decision: Decision,
        consent: Consent | ConsentCopy | None,
        **facts: object,
    ) -> None:
        """Record a decision; arguments as in `decide_folder`. Raises AuditError if it cannot be recorded."""
        short = consent.in_short() if isinstance(consent, Consent) else consent
        self.log.append(
            "decision",
            stage=stage,
            creator=creator,
            scope=" or ".join(scopes),
            decision="allowed" if decision.allowed else "refused",
            reason=decision.reason,
            # Which consent it was, without what it says: rows of the same one have the same digest.
            consent=fingerprint(json.dumps(short, sort_keys=True, default=str))[:16] if short else "",
            **facts,
        )
