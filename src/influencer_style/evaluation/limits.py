"""What the figures do not show, in plain words."""

from __future__ import annotations

from influencer_style.evaluation.figures import Figures
from influencer_style.evaluation.scorecard import About, Scorecard
from influencer_style.evaluation.wording import LABELS
from influencer_style.looks.areas import REGIONS
from influencer_style.metrics.set_scores import LEAST_FOR_KID


def limits(scorecard: Scorecard) -> list[str]:
    """Return what these figures do not show, in plain words."""
    about, known = scorecard.about, scorecard.transfer is not None
    found = []
    if about.users_are_studio and about.source != "studio":
        found.append(
            "No photos of unstyled people were given (ingestion.users), so looks are measured against people drawn by "
            "the studio. What sets photographs apart from drawings is mistaken for part of the look."
        )
    if not known:
        found.append(
            "Nobody knows how these people would truly look in each look. The distance from a look rewards anything "
            "that resembles the creator's photos, backgrounds and hair included."
        )
    if about.source == "studio":
        found.append(
            "These people are drawn by the embedded studio, and so is the truth. A generator that does well here has "
            "yet to show it on photographs."
        )
    found += [
        f"The intervals are over {about.test_users} people and one trained model. Another training would give "
        "slightly different figures, and the intervals do not cover that.",
        "Colour differences reward the right colour in the right place on average; halos and blotches can still score "
        "well. Look at the pictures.",
        "Only face crops are judged here, not whole photos.",
    ]
    if about.test_users < 8:
        found.append(f"{about.test_users} people are too few for firm conclusions.")
    found += [f"{notice[0].upper()}{notice[1:]}." for notice in about.thin_looks]
    own = (scorecard.transfer or {}).get("generator", {})
    return found + _judges(scorecard) + _absent_sets(scorecard) + _absent_regions(about, own)


def _judges(scorecard: Scorecard) -> list[str]:
    identity = f"Identity is judged by {scorecard.about.identity_judge}. No generator was trained by it. "
    if scorecard.about.judge_of_photographs:
        identity += (
            "It sees faces alone, and hair, colours and light hardly at all. How often it is right about people of "
            "different origin and age was not compared."
        )
    else:
        identity += (
            "It is a small network that tells the studio's people apart in any look and light. It sees faces coarsely: "
            "one that is subtly wrong can pass."
        )
    if oracle := (scorecard.transfer or {}).get("oracle"):
        identity += (
            f" Looks affect it as well: the same person truly in the look (the oracle) keeps "
            f"{oracle['identity'].mean:.2f} and seems to leak {oracle['identity_leak'].mean:.2f}. Compare with these, "
            "rather than with 1 and 0."
        )
    if scorecard.about.source != "studio" and not scorecard.about.judge_of_photographs:
        identity += " It has never seen photographs; on these, take it as a hint."
    return [
        identity,
        "Whether a picture is taken for the look is a sanity check: any method that copies a set's colours passes it.",
        "KID and diversity are based on hand-made measures of colours, edges and grain, not on a network that knows "
        "faces. They see that a set looks wrong, not that a person does.",
    ]


def _absent_sets(scorecard: Scorecard) -> list[str]:
    """Say which figures about sets of pictures are missing, and why."""
    sections, found = scorecard.by_look, []
    methods = {m for section in sections.values() for m in section if m not in ("held_out", "real_floor")}
    without = {m for m in methods if not any("kid" in section.get(m, {}) for section in sections.values())}
    if without:
        which = "" if without == methods else f" of {', '.join(LABELS[m] for m in LABELS if m in without)}"
        least = f"{LEAST_FOR_KID} people and {LEAST_FOR_KID} photos of the creator"
        found.append(f"KID{which} is left out: it needs {least}.")
    if floorless := [look for look, section in sections.items() if "real_floor" not in section]:
        found.append(
            f"KID between photos of one creator is left out for {', '.join(floorless)}: it needs {2 * LEAST_FOR_KID} "
            "photos."
        )
    if unseen := [look for look, section in sections.items() if "held_out" not in section]:
        found.append(
            f"No photo of {', '.join(unseen)} was kept from training, so nothing says how far from its training photos "
            "an honest result lies."
        )
    return found


def _absent_regions(about: About, own: Figures) -> list[str]:
    shown = {region: own[f"delta_e_{region}"].n if f"delta_e_{region}" in own else 0 for region in REGIONS}
    few = [f"{region} ({n})" for region, n in shown.items() if n < about.test_users]
    if not few or not any(shown.values()):
        return []
    return [f"Not everybody shows every region. People with figures for: {', '.join(few)}."]
