"""Consent: the creators' forms, the ledger that decides, tombstones, and the audit log."""
