"""Names of methods and metrics for people to read, the finding in words, and what the figures do not show."""

from __future__ import annotations

from collections.abc import Mapping

from influencer_style.evaluation.scorecard import Scorecard
from influencer_style.looks.areas import REGIONS
from influencer_style.metrics.intervals import Figures, Interval, Methods
from influencer_style.metrics.set_scores import LEAST_FOR_KID

# For each metric, its name, which way is good, and how many digits are worth showing.
_METRICS = {
    "delta_e": ("colour difference", "lower is better", 2),
    "ssim": ("SSIM", "higher is better", 3),
    "psnr": ("PSNR (dB)", "higher is better", 1),
    "structure": ("structure", "higher is better", 3),
    "gram_distance": ("distance from the look", "lower is better", 3),
    "structure_to_input": ("structure kept", "1 is untouched", 3),
    "delta_e_to_input": ("colour changed", "0 is untouched", 2),
    "look_accuracy": ("taken for the look", "a sanity check", 2),
    "identity": ("identity kept", "1 is the input itself", 3),
    "diversity": ("diversity", "1 is as varied", 2),
    "known_looks": ("colour difference to known looks", "lower is better", 2),
    "kid": ("KID", "lower is better", 2),
    "identity_leak": ("identity leak", "0 is none", 3),
    "memorisation": ("nearest training photo", "below unseen photos: copied", 1),
    "usable": ("usable", "higher is better", 2),
    "one_face": ("exactly one face", "higher is better", 2),
    "repeats": ("repeats a photo", "0 is none", 2),
    "identity_to_creator": ("like the creator", "1 is the creator", 2),
    "largest_step": ("largest step", "1 is even", 2),
} | {f"delta_e_{region}": (region, "lower is better", 2) for region in REGIONS}
LABELS = {
    "input": "input", "truth": "truth", "generator": "generator", "do_nothing": "do nothing", "reinhard": "Reinhard",
    "histogram_matching": "histogram matching", "optimal_transport": "optimal transport",
    "population_mkl": "population transport", "neural_style": "neural style", "oracle": "oracle",
    "held_out": "creator's unseen photos", "real_floor": "creator's photos, half against half",
    "composed": "composed", "direct": "direct", "gaussian": "Gaussian over pixels",
    "others": "other people truly in the look",
} | {metric: label for metric, (label, _, _) in _METRICS.items()}  # fmt: skip
BETTER = {metric: better for metric, (_, better, _) in _METRICS.items()}
DIGITS = {metric: digits for metric, (_, _, digits) in _METRICS.items()}


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
        return figures[metric].text(f".{DIGITS[metric]}f") if metric in figures else ""

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


def headline_sentence(scorecard: Scorecard, known_looks: Mapping[str, Interval]) -> str:
    """Return the finding in one sentence that claims no more than the interval allows.

    `known_looks` are the shares of known looks that methods lose on users' photos, the least first, see
    `expectation.expect`; without truth these decide. They are empty where there are too few users.
    """
    baseline = scorecard.best_baseline()
    name = LABELS[baseline]
    if scorecard.transfer is None or scorecard.paired is None:
        if known_looks:
            return _known_sentence(known_looks)
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


def _known_sentence(known_looks: Mapping[str, Interval]) -> str:
    own = known_looks["generator"]
    rival, share = next((name, share) for name, share in known_looks.items() if name != "generator")
    return (
        f"On random looks that were laid on users' photos, so that the truth is known, it loses {own.text('.0%')} of "
        f"the look; {LABELS[rival]}, the best method without training, loses {share.text('.0%')}. Nobody can say "
        "whether the creators' own looks are right, as their truth is not known."
    )


def _nearer(looks: dict[str, Methods], method: str) -> str:
    ours, nothing = (sum(m[k]["gram_distance"].mean for m in looks.values()) for k in (method, "do_nothing"))
    share = 100 * (1 - ours / nothing) if nothing else 0.0
    return f"{abs(share):.0f}% {'nearer to' if share >= 0 else 'further from'}"


def limits(scorecard: Scorecard) -> list[str]:
    """Return what these figures do not show, in plain words."""
    about, transfer, found = scorecard.about, scorecard.transfer or {}, []
    if about.users_are_studio and about.source != "studio":
        found.append(
            "No photos of unstyled people were given (ingestion.users), so looks are measured against people drawn by "
            "the studio. What sets photographs apart from drawings is mistaken for part of the look."
        )
    if scorecard.transfer is None:
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
        f"The intervals are over {about.test_users} people and one trained model, not over other trainings.",
        "Colour differences are means; halos and blotches can score well. Look at the pictures.",
        "Only face crops are judged here, not whole photos.",
    ]
    if about.test_users < 8:
        found.append(f"{about.test_users} people are too few for firm conclusions.")
    found += [f"{notice[0].upper()}{notice[1:]}." for notice in about.thin_looks]
    identity = f"Identity is judged by {about.identity_judge}. No generator was trained by it. "
    if about.judge_of_photographs:
        identity += (
            "It sees faces alone, and hair, colours and light hardly at all. How often it is right about people of "
            "different origin and age was not compared."
        )
    else:
        identity += (
            "It is a small network that tells the studio's people apart in any look and light. It sees faces coarsely: "
            "one that is subtly wrong can pass."
        )
    if oracle := transfer.get("oracle"):
        identity += (
            f" Looks affect it as well: the same person truly in the look (the oracle) keeps "
            f"{oracle['identity'].mean:.2f} and seems to leak {oracle['identity_leak'].mean:.2f}. Compare with these, "
            "rather than with 1 and 0."
        )
    if about.source != "studio" and not about.judge_of_photographs:
        identity += " It has never seen photographs; on these, take it as a hint."
    found += [
        identity,
        "Whether a picture is taken for the look is a sanity check: any method that copies a set's colours passes it.",
        "KID and diversity are based on hand-made measures of colours, edges and grain, not on a network that knows "
        "faces. They see that a set looks wrong, not that a person does.",
    ]
    found += _absent_sets(scorecard)
    own = transfer.get("generator", {})
    shown = {region: own[f"delta_e_{region}"].n if f"delta_e_{region}" in own else 0 for region in REGIONS}
    few = [f"{region} ({n})" for region, n in shown.items() if n < about.test_users]
    if few and any(shown.values()):
        found.append(f"Not everybody shows every region. People with figures for: {', '.join(few)}.")
    return found


def _absent_sets(scorecard: Scorecard) -> list[str]:
    """Say which figures about sets of pictures are missing, and why."""
    sections, found = scorecard.by_look, []
    methods = {m for section in sections.values() for m in section if m not in ("held_out", "real_floor")}
    without = {m for m in methods if not any("kid" in section.get(m, {}) for section in sections.values())}
    if without:
        which = "" if without == methods else f" of {', '.join(LABELS[m] for m in LABELS if m in without)}"
        n = LEAST_FOR_KID
        found.append(f"KID{which} is left out: it needs {n} people and {n} photos of the creator.")
    if floorless := ", ".join(look for look, section in sections.items() if "real_floor" not in section):
        found.append(f"KID of a creator's own photos is left out for {floorless}: it needs {2 * LEAST_FOR_KID} photos.")
    if unseen := ", ".join(look for look, section in sections.items() if "held_out" not in section):
        found.append(f"No photo of {unseen} was kept from training: an honest distance to training photos is unknown.")
    return found
