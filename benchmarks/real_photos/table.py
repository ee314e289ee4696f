"""The measured figures as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.further_grades import COLOURLESS, NEUTRAL


def tables(record: Mapping[str, Any]) -> str:
    """Return a record's scores as two tables: methods by band, and methods' ratios by grade."""
    scores, bands = record["scores"], record["bands"]
    wide = max(map(len, scores))
    lines = [
        f"{record['photos']} photos of {record['people']} people, {sum(map(len, bands.values()))} looks, each learnt "
        f"from {record['plan']['teachers']} graded photos of other people; CIEDE2000 to the truth [95% over people]",
        "",
        f"{'':{wide}}  {'delta_e':>20}  {'SSIM':>5}  {'over doing nothing':>20}"
        + "".join(f"  {f'{band} ({len(names)})':>20}" for band, names in bands.items())
        + "  each repeat",
    ]
    for method, of in scores.items():
        cells = [_interval(of["all"]["delta_e"], 2), f"{of['all']['ssim']['mean']:5.3f}", _interval(of["all"]["ratio"])]
        cells += [_interval(of["bands"][band]["ratio"]) if band in of["bands"] else "-" for band in bands]
        repeats = " ".join(f"{ratio:.3f}" for ratio in of["repeats"])
        right = "".join(f"  {cell:>20}" for cell in cells[2:])
        lines.append(f"{method:{wide}}  {cells[0]:>20}  {cells[1]}{right}  {repeats}")
    if any("skin" in of for of in scores.values()):
        lines += ["", "By skin tone (thirds of the people), over doing nothing:"]
        for method, of in scores.items():
            thirds = "  ".join(f"{band} {_interval(part['ratio'])}" for band, part in of["skin"].items())
            lines.append(f"{method:{wide}}  {thirds}")
    lines += ["", f"{'look':16}  {'doing nothing':>13}  over doing nothing:"]
    others = [method for method in scores if method != "do_nothing"]
    lines.append(f"{'':16}  {'':>13}" + "".join(f"  {method:>10}" for method in others))
    for names in bands.values():
        for name in names:
            nothing = scores["do_nothing"]["grades"][name]["delta_e"]["mean"]
            ratios = ((scores[m]["grades"][name]["ratio"]["mean"], max(10, len(m))) for m in others)
            lines.append(f"{name:16}  {nothing:13.2f}" + "".join(f"  {ratio:{width}.2f}" for ratio, width in ratios))
    return "\n".join(lines + _false_colours(scores))


def _false_colours(scores: Mapping[str, Any]) -> list[str]:
    """Return a line for each method: what is left of colour where there should be none."""
    lines = []
    for method, of in scores.items():
        looks = of["grades"]
        shown = [f"{look} chroma {looks[look]['chroma']['mean']:.1f}" for look in COLOURLESS if look in looks]
        neutral = [look for look in NEUTRAL if "cast" in looks.get(look, {})]
        shown += [f"{look} greys off by {looks[look]['cast']['mean']:.1f}" for look in neutral]
        if shown:
            lines.append(f"{method}: {', '.join(shown)}")
    return lines


def largest_change(record: Mapping[str, Any], before: Mapping[str, Any], methods: list[str]) -> tuple[float, str]:
    """Return how far a ratio of two records is apart at most, and which: over methods that both have.

    Raises:
        ValueError: when they have no method, band or look in common.
    """
    changes = [
        (abs(own["ratio"]["mean"] - other["ratio"]["mean"]), " ".join(path))
        for method in methods
        if method in record["scores"] and method in before["scores"]
        for path, own, other in _pairs(record["scores"][method], before["scores"][method], (method,))
    ]
    if not changes:
        raise ValueError("the two records have no method in common; compare records of this benchmark")
    return max(changes)


def _pairs(own: Mapping[str, Any], other: Mapping[str, Any], path: tuple[str, ...]):
    if not isinstance(own, Mapping):
        return
    if "ratio" in own:
        yield path, own, other
        return
    for name in own:
        if name in other:
            yield from _pairs(own[name], other[name], (*path, name))


def _interval(interval: Mapping[str, float], digits: int = 3) -> str:
    return f"{interval['mean']:.{digits}f} [{interval['low']:.{digits}f}, {interval['high']:.{digits}f}]"
