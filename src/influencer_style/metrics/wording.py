"""What the report says in words: names of methods and metrics, the finding in one sentence, the limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LABELS = {
    "input": "input",
    "truth": "truth",
    "generator": "generator",
    "do_nothing": "do nothing",
    "reinhard": "Reinhard",
    "histogram_matching": "histogram matching",
    "population_mkl": "population transport",
    "oracle": "oracle",
    "held_out": "creator's unseen photos",
    "delta_e": "colour difference",
    "ssim": "SSIM",
    "psnr": "PSNR (dB)",
    "structure": "structure",
    "gram_distance": "distance from the look",
    "structure_to_input": "structure kept",
    "delta_e_to_input": "colour changed",
}
# Metric -> which way is good, and how many digits are worth showing.
METRICS = {
    "delta_e": ("lower is better", 2),
    "ssim": ("higher is better", 3),
    "psnr": ("higher is better", 1),
    "structure": ("higher is better", 3),
    "gram_distance": ("lower is better", 3),
    "structure_to_input": ("1 is untouched", 3),
    "delta_e_to_input": ("0 is untouched", 2),
}


def headline_sentence(scorecard: Mapping[str, Any], baseline: str) -> str:
    """Return the finding in one sentence that claims no more than the interval allows."""
    if "transfer" not in scorecard:
        own, rival = _nearer(scorecard, "generator"), _nearer(scorecard, baseline)
        return (
            f"On average its results are {own} the looks' statistics than the untouched photos ({LABELS[baseline]}, "
            f"which needs no training: {rival} them); whether they are right nobody can say, as the truth is not known."
        )
    figures = {method: scorecard["transfer"][method]["delta_e"] for method in ("generator", "do_nothing", baseline)}
    gap = scorecard["paired"][baseline]["delta_e"]
    name, own = LABELS[baseline], figures["generator"]
    start = f"Its mean colour difference from the truth is {own['mean']:.1f}"
    if baseline == "do_nothing":
        rest = f"; the untouched photo's is {figures[baseline]['mean']:.1f}, and no simple method does better than that"
    else:
        rest = (
            f", against {figures['do_nothing']['mean']:.1f} for the untouched photo and "
            f"{figures[baseline]['mean']:.1f} for the best method without training ({name})"
        )
    low, high = sorted((abs(gap["low"]), abs(gap["high"])))
    side = {True: "nearer to", False: "further from"}[gap["mean"] < 0]
    verdict = f"the generator is {side} the truth by {abs(gap['mean']):.1f} ({low:.1f} to {high:.1f})"
    if gap["low"] <= 0 <= gap["high"]:
        verdict = "the gap between generator and rival is within the error of measurement"
    return f"{start}{rest}: {verdict}."


def _nearer(scorecard: Mapping[str, Any], method: str) -> str:
    looks = list(scorecard["real"].values())
    ours, nothing = (sum(m[k]["gram_distance"]["mean"] for m in looks) for k in (method, "do_nothing"))
    share = 100 * (1 - ours / nothing) if nothing else 0.0
    return f"{abs(share):.0f}% {'nearer to' if share >= 0 else 'further from'}"


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
    return found


def spoken(value: Any) -> str:
    """Return a consent's value as text."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
