"""Whether new portraits may be made in a look: the one place that says so, for training and for generating alike."""

from __future__ import annotations

from datetime import date

from influencer_style.looks.profile import LookProfile


def objection_to_generating(look: LookProfile, day: date) -> str:
    """Return why no portraits may be generated in a look on a day, with the remedy; nothing where they may."""
    if "generate" not in look.consent.get("scope", ()):
        return (
            f"the consent for look {look.slug!r} does not allow generate; ask {look.creator} for that scope, and run: "
            "kedro run --pipelines ingestion,preprocessing,features,synthesis_training"
        )
    if expires := look.expired(day):
        return f"the consent for look {look.slug!r} expired on {expires}; renew it and run again"
    return ""
