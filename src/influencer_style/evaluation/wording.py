"""What the report says in words: names of methods and metrics, the finding in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from influencer_style.looks.areas import REGIONS

LABELS = {
    "input": "input",
    "truth": "truth",
    "generator": "generator",
    "do_nothing": "do nothing",
    "reinhard": "Reinhard",
    "histogram_matching": "histogram matching",
    "optimal_transport": "optimal transport",
    "population_mkl": "population transport",
    "neural_style": "neural style",
    "oracle": "oracle",
    "held_out": "creator's unseen photos",
    "real_floor": "creator's photos, half against half",
    "composed": "composed",
    "direct": "direct",
    "gaussian": "Gaussian over pixels",
    "others": "other people truly in the look",
    "delta_e": "colour difference",
    "ssim": "SSIM",
    "psnr": "PSNR (dB)",
    "structure": "structure",
    "look_accuracy": "taken for the look",
    "identity": "identity kept",
    "diversity": "diversity",
    "kid": "KID",
    "identity_leak": "identity leak",
    "memorisation": "nearest training photo",
    "gram_distance": "distance from the look",
    "structure_to_input": "structure kept",
    "delta_e_to_input": "colour changed",
    "usable": "usable",
    "one_face": "exactly one face",
    "repeats": "repeats a photo",
    "identity_to_creator": "like the creator",
    "largest_step": "largest step",
} | {f"delta_e_{region}": region for region in REGIONS}
# Metric -> which way is good, and how many digits are worth showing.
METRICS = {
    "delta_e": ("lower is better", 2),
    "ssim": ("higher is better", 3),
    "psnr": ("higher is better", 1),
    "structure": ("higher is better", 3),
    "gram_distance": ("lower is better", 3),
    "structure_to_input": ("1 is untouched", 3),
    "delta_e_to_input": ("0 is untouched", 2),
    "look_accuracy": ("a sanity check", 2),
    "identity": ("1 is the input itself", 3),
    "diversity": ("1 is as varied", 2),
    "kid": ("lower is better", 2),
    "identity_leak": ("0 is none", 3),
    "memorisation": ("less than unseen photos: copied", 1),
    "usable": ("higher is better", 2),
    "one_face": ("higher is better", 2),
    "repeats": ("0 is none", 2),
    "identity_to_creator": ("1 is the creator", 2),
    "largest_step": ("1 is even", 2),
} | {f"delta_e_{region}": ("lower is better", 2) for region in REGIONS}


def method_name(method: str, figures: Mapping[str, Any], everybody: int) -> str:
    """Return a method's name, and of how many people its figures are where that is not everybody."""
    most = max((figure["n"] for figure in figures.values()), default=everybody)
    if method in ("held_out", "real_floor"):
        return f"{LABELS[method]} ({most})"
    return LABELS[method] if most == everybody else f"{LABELS[method]} ({most} {'person' if most == 1 else 'people'})"


def scores_in_markdown(scorecard: Mapping[str, Any], baseline: str) -> str:
    """Return, as Markdown, the main figures of the generator, of doing nothing and of the best baseline."""
    known = "transfer" in scorecard
    metrics = ("delta_e", "ssim", "structure", "identity") if known else ("gram_distance", "kid", "structure_to_input")
    parts = {"": scorecard["transfer"]} if known else scorecard["real"]

    def cell(figures: Mapping[str, Any], metric: str) -> str:
        if metric not in figures:
            return ""
        mean, low, high = (f"{figures[metric][part]:.{METRICS[metric][1]}f}" for part in ("mean", "low", "high"))
        return f"{mean} ({low} to {high})"

    heads = " | ".join(LABELS[metric] for metric in metrics)
    lines = ["## Scores", "", f"| | {heads} |", "|---" * (1 + len(metrics)) + "|"]
    for look, methods in parts.items():
        for method in dict.fromkeys(["generator", "do_nothing", baseline]):
            name = f"{look}: {LABELS[method]}" if look else LABELS[method]
            lines.append(f"| {name} | {' | '.join(cell(methods[method], metric) for metric in metrics)} |")
    against = "the truth" if known else "the creators' photos and the input; the truth is not known"
    people = scorecard["about"]["test_users"]
    return "\n".join([*lines, "", f"Means over {people} test users with 95% intervals, against {against}."])


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


def spoken(value: Any) -> str:
    """Return a consent's value as text."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def decision_in_words(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return in words: which generator was kept and why, creators' photos, a row of figures for each comparison."""
    names = {
        "adapted": "adapted, beside the base",
        "adapted_without_adversary": "adapted without the adversary, beside the base",
        "adversary": "with the adversary, beside without",
    }
    kept = {"base": "the base", "adapted": "the base, adapted to the creators", "trained": "trained from nothing"}

    def figure(told: Mapping[str, float] | None) -> str:
        return "too few photos" if told is None else f"{told['mean']:+.3f} ({told['low']:+.3f} to {told['high']:+.3f})"

    rows = [
        {"name": names[name], **{part: figure(told[part]) for part in ("truth", "shapes", "kid")}}
        for name, told in decision.get("compared", {}).items()
    ]
    name = kept.get(decision["kept"], "the base, adapted to the creators without an adversary")
    photos = ", ".join(f"{count} of {name}" for name, count in decision.get("photos", {}).items())
    return {"kept": name, "why": decision["why"], "photos": photos, "rows": rows}
