"""What the figures do not show, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from influencer_style.evaluation.wording import LABELS
from influencer_style.looks.areas import REGIONS
from influencer_style.metrics.set_scores import LEAST_FOR_KID


def limits(scorecard: Mapping[str, Any]) -> list[str]:
    """Return what these figures do not show, in plain words."""
    about, known = scorecard["about"], "transfer" in scorecard
    found = [
        f"The intervals are over {about['test_users']} people and one trained model. Another training would give "
        "slightly other figures, and the intervals do not cover that.",
        "Colour differences reward the right colour in the right place on average; halos and blotches can still score "
        "well. Look at the pictures.",
        "Only face crops are judged here, not whole photos.",
    ]
    if about["source"] == "studio":
        found.insert(
            0,
            "These people are drawn by the embedded studio, and so is the truth. A generator that does well here has "
            "yet to show it on photographs.",
        )
    if not known:
        found.insert(
            0,
            "Nobody knows how these people would truly look in each look. The distance from a look rewards anything "
            "that resembles the creator's photos, backgrounds and hair included.",
        )
    if about["users_are_studio"] and about["source"] != "studio":
        found.insert(
            0,
            "No photos of unstyled people were given (ingestion.users), so looks are measured against people drawn by "
            "the studio. What sets photographs apart from drawings is mistaken for part of the look.",
        )
    if about["test_users"] < 8:
        found.append(f"{about['test_users']} people are too few for firm conclusions.")
    found += [f"{notice[0].upper()}{notice[1:]}." for notice in about.get("thin_looks", [])]
    return found + _judges(scorecard) + _absent(scorecard)


def _judges(scorecard: Mapping[str, Any]) -> list[str]:
    about, oracle = scorecard["about"], scorecard.get("transfer", {}).get("oracle")
    identity = (
        "Identity is judged by a small network that has learnt to tell the studio's people apart, whatever look and "
        "light they are in. No generator was trained by it. It sees faces coarsely: one that is subtly wrong can pass."
    )
    if oracle:
        kept, leak = (oracle[name]["mean"] for name in ("identity", "identity_leak"))
        identity += (
            f" A look moves it as well: the same person truly in the look, the oracle, keeps {kept:.2f} and seems to "
            f"leak {leak:.2f}. Compare with these, rather than with 1 and 0."
        )
    if about["source"] != "studio":
        identity += " It has never seen photographs; on these, take it for a hint."
    return [
        identity,
        "Whether a picture is taken for the look is a sanity check: any method that copies a set's colours passes it.",
        "KID and diversity rest on colours, edges and grain measured by hand, not on a network that knows faces. They "
        "see that a set looks wrong, not that a person does.",
    ]


def _absent(scorecard: Mapping[str, Any]) -> list[str]:
    """Say which figures are missing, and why."""
    sections = scorecard.get("creators") or scorecard["real"]
    asked = {m for methods in sections.values() for m in methods if m not in ("held_out", "real_floor")}
    without = {m for m in asked if not any("kid" in methods.get(m, {}) for methods in sections.values())}
    found = []
    if without:
        which = "" if without == asked else f" of {', '.join(LABELS[m] for m in LABELS if m in without)}"
        least = f"{LEAST_FOR_KID} people and {LEAST_FOR_KID} photos of the creator"
        found.append(f"KID{which} is left out: it needs {least}.")
    if unknown := [look for look, methods in sections.items() if "real_floor" not in methods]:
        found.append(
            f"What KID is between photos of one creator is left out for {', '.join(unknown)}: it needs "
            f"{2 * LEAST_FOR_KID} photos."
        )
    if unseen := [look for look, methods in sections.items() if "held_out" not in methods]:
        found.append(
            f"No photo of {', '.join(unseen)} was kept from training, so that nothing says how far from its training "
            "photos an honest result lies."
        )
    people, own = scorecard["about"]["test_users"], scorecard.get("transfer", {}).get("generator", {})
    shown = {region: own.get(f"delta_e_{region}", {"n": 0})["n"] for region in REGIONS}
    if any(shown.values()) and (few := [f"{region} ({n})" for region, n in shown.items() if n < people]):
        found.append(f"Not everybody shows every region. People with figures for: {', '.join(few)}.")
    return found
