"""Names of methods and metrics for people to read, and the finding in words."""

from __future__ import annotations

from influencer_style.evaluation.figures import Figures, Methods
from influencer_style.evaluation.scorecard import Scorecard
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
# For each metric, which way is good, and how many digits are worth showing.
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
    "memorisation": ("below unseen photos: copied", 1),
    "usable": ("higher is better", 2),
    "one_face": ("higher is better", 2),
    "repeats": ("0 is none", 2),
    "identity_to_creator": ("1 is the creator", 2),
    "largest_step": ("1 is even", 2),
} | {f"delta_e_{region}": ("lower is better", 2) for region in REGIONS}


def digits(metric: str) -> int:
    """Return how many digits of a metric are worth showing."""
    return METRICS[metric][1]


def method_name(method: str, figures: Figures, everybody: int) -> str:
    """Return a method's name, and the number of people behind its figures where that is not everybody."""
    most = max((figure.n for figure in figures.values()), default=everybody)
    if method in ("held_out", "real_floor"):
        return f"{LABELS[method]} ({most})"
    return LABELS[method] if most == everybody else f"{LABELS[method]} ({most} {'person' if most == 1 else 'people'})"


def scores_in_markdown(scorecard: Scorecard) -> str:
    """Return, as Markdown, the main figures of the generator, of doing nothing and of the best baseline."""
    known = scorecard.transfer is not None
    metrics = ("delta_e", "ssim", "structure", "identity") if known else ("gram_distance", "kid", "structure_to_input")

    def cell(figures: Figures, metric: str) -> str:
        if metric not in figures:
            return ""
        one, places = figures[metric], digits(metric)
        return f"{one.mean:.{places}f} ({one.low:.{places}f} to {one.high:.{places}f})"

    heads = " | ".join(LABELS[metric] for metric in metrics)
    lines = ["## Scores", "", f"| | {heads} |", "|---" * (1 + len(metrics)) + "|"]
    sections = scorecard.by_look if scorecard.transfer is None else {"": scorecard.transfer}
    for look, methods in sections.items():
        for method in dict.fromkeys(["generator", "do_nothing", scorecard.best_baseline()]):
            name = f"{look}: {LABELS[method]}" if look else LABELS[method]
            lines.append(f"| {name} | {' | '.join(cell(methods[method], metric) for metric in metrics)} |")
    against = "the truth" if known else "the creators' photos and the input; the truth is not known"
    people = scorecard.about.test_users
    return "\n".join([*lines, "", f"Means over {people} test users with 95% intervals, against {against}."])


def headline_sentence(scorecard: Scorecard) -> str:
    """Return the finding in one sentence that claims no more than the interval allows."""
    baseline = scorecard.best_baseline()
    name = LABELS[baseline]
    if scorecard.transfer is None or scorecard.paired is None:
        own, rival = (_nearer(scorecard.by_look, method) for method in ("generator", baseline))
        return (
            f"On average, its results are {own} the looks' statistics than the untouched photos ({name}, which needs "
            f"no training: {rival} them). Nobody can say whether they are right, as the truth is not known."
        )
    error = {method: figures["delta_e"].mean for method, figures in scorecard.transfer.items()}
    others = f"the untouched photo's is {error['do_nothing']:.1f}, and "
    if baseline == "do_nothing":
        others += "no simple method does better than that"
    else:
        others += f"that of {name}, the best method without training, {error[baseline]:.1f}"
    gap = scorecard.paired[baseline]["delta_e"]
    low, high = sorted((abs(gap.low), abs(gap.high)))
    side = "nearer to" if gap.mean < 0 else "further from"
    verdict = f"The generator is {side} the truth by {abs(gap.mean):.1f} ({low:.1f} to {high:.1f})"
    if gap.low <= 0 <= gap.high:
        verdict = "The gap between the generator and this rival is within the error of measurement"
    return f"Its mean colour difference from the truth is {error['generator']:.1f}; {others}. {verdict}."


def _nearer(looks: dict[str, Methods], method: str) -> str:
    ours, nothing = (sum(m[k]["gram_distance"].mean for m in looks.values()) for k in (method, "do_nothing"))
    share = 100 * (1 - ours / nothing) if nothing else 0.0
    return f"{abs(share):.0f}% {'nearer to' if share >= 0 else 'further from'}"
