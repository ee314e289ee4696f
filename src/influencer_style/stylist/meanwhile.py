"""What has become, since a picture was made, of the consents that it rests on, as far as the ledgers here know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from influencer_style.consent.audit_log import rows_of
from influencer_style.consent.grant import Scope, decide
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.slug import skeleton, slug

_MOST = 100  # looks of a picture that are looked up


class Meanwhile:
    """Looks up in the ledgers what happened since; a record may be a stranger's, and hold anything.

    Raises AuditError when a log cannot be read.
    """

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers
        self._revoked = dict(_revoked_versions(ledgers))

    def sentences(self, record: Mapping[str, object]) -> list[str]:
        """Return in sentences what no longer holds: withdrawals, consents that ended, a revoked version of the model.

        `record` is what the picture's file says of how it was made. Raises AuditError when a ledger cannot be read.
        """
        sentences = []
        for model in (record, record.get("transfer_model")):
            version = _plain_version(model.get("model_version") if isinstance(model, Mapping) else None)
            if version in self._revoked:
                sentences.append(f"{version} was revoked since: {self._revoked[version]} withdrew")
        scope: Scope = "generate" if record.get("way") else "transfer"
        for name, consent in _consents(record):
            sentences += self._of_consent(name, consent, scope)
        return sentences

    def _of_consent(self, name: str, consent: Mapping[str, object], scope: Scope) -> Iterator[str]:
        stone = self._ledgers.withdrawn(name, consent)
        if stone and not _others(consent, stone.subject):
            yield f"{name}: {stone.words}"
            return
        known = [one for _, one in self._ledgers.known(name)]
        if stone or any(_others(consent, str(one.consent.get("subject", ""))) for one in known):
            decision = decide(consent, (scope,), self._ledgers.here.today())
        else:
            decision = self._ledgers.standing(name, consent, scope)
        if not decision.allowed:
            yield f"the consent for {name} {decision.reason}"


def _others(consent: Mapping[str, object], subject: str) -> bool:
    """Whether a stranger's picture names somebody else than the creator who has the same name here."""
    named = skeleton(str(consent.get("subject", "")))
    return bool(named and subject) and named != skeleton(subject)


def _consents(record: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the consents in a record: those of looks, and that of a reference photo."""
    consents, reference = record.get("consents"), record.get("reference")
    for name, consent in list(consents.items())[:_MOST] if isinstance(consents, Mapping) else ():
        if isinstance(consent, Mapping):
            yield slug(str(name)), consent
    if isinstance(reference, Mapping) and isinstance(reference.get("consent"), Mapping):
        yield slug(str(reference.get("creator", ""))), reference["consent"]


def _revoked_versions(ledgers: Ledgers) -> Iterator[tuple[str, str]]:
    """Yield each version that a withdrawal has revoked, in words as records have them, and who withdrew."""
    for ledger in ledgers.near:
        if not ledger.log.path.is_file():
            continue
        for row in rows_of(ledger.log.path):
            versions = row.facts.get("versions") if row.event == "withdrawal" else None
            for version in versions if isinstance(versions, list) else ():
                yield _plain_version(version), row.text("creator")


def _plain_version(named: object) -> str:
    """Return `look-transfer version 3`, which the log writes without the word."""
    name, _, number = str(named or "").replace(" version ", " ").rpartition(" ")
    return f"{name} version {number}" if name else ""
