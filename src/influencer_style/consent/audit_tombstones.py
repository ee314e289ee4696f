"""Holds what an audit log says of withdrawals against the tombstones that are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from influencer_style.consent.tombstones import FOLDER, TombstoneError, Tombstones


class WithdrawalsDone:
    """Collects the withdrawals that a log's rows say were carried out."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}

    def read(self, row: Mapping[str, Any]) -> None:
        """Take in a row. One that says `begun` alone may have been stopped before the tombstone was set."""
        if row["event"] == "withdrawal" and str(row.get("decision", "")).startswith("done"):
            self._rows[str(row.get("creator", ""))] = row["n"]

    def without_tombstone(self, ledger: Path) -> list[str]:
        """Say which of these withdrawals have no tombstone that can be read in the ledger's folder any more."""
        tombstones, problems = Tombstones(ledger), []
        for creator, row in sorted(self._rows.items(), key=lambda one: one[1]):
            try:
                there = tombstones.of(creator) is not None
            except TombstoneError as error:
                problems.append(str(error))
                continue
            if not there:
                problems.append(
                    f"{creator} has withdrawn (row {row}), but the tombstone is gone from {FOLDER}, so the withdrawal "
                    "does not hold any more; restore it from a back-up, or withdraw again: kedro run --pipeline "
                    f"withdrawal --params creator={creator}"
                )
        return problems
