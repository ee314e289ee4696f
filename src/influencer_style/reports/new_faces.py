"""The report of new portraits: one page, pictures first, that opens without a network and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from influencer_style.evaluation.component_gaussian import component_gaussian
from influencer_style.evaluation.new_faces import GAUSSIAN, NewFaces
from influencer_style.evaluation.new_faces_scorecard import better_way, mean_over_looks
from influencer_style.evaluation.wording import LABELS, METRICS, spoken
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.portraits import WAYS
from influencer_style.reports.figures import css, photo_uri
from influencer_style.reports.grid import draw_grid
from influencer_style.reports.looks import INK, PAPER
from influencer_style.reports.tables import Table, cell

_METRICS = (
    "usable", "one_face", "look_accuracy", "repeats", "diversity", "memorisation", "identity_to_creator", "kid",
    "largest_step",
)  # fmt: skip
_ROWS = (*WAYS, GAUSSIAN, "others", "held_out", "real_floor")
_TILE, _COLUMNS, _FRAMES = 112, 8, 8


@dataclass(frozen=True)
class NewFacesEvidence:
    """All that the report is made from.

    Attributes:
        faces: the portraits of each look.
        scorecard: from `new_faces_scorecard`, with its `about`.
        looks: the looks that may be generated.
        decision: which generator was `kept`, and `why`.
        card: the model card, Markdown.
    """

    faces: Sequence[NewFaces]
    scorecard: Mapping[str, Any]
    looks: LookProfiles
    decision: Mapping[str, Any]
    card: str


def write_new_faces_report(evidence: NewFacesEvidence) -> str:
    """Return the report as one HTML page: everything inline, no script, no address of another machine."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    about = evidence.scorecard["about"]
    return environment.get_template("new_faces.html.j2").render(
        paper=css(PAPER),
        ink=css(INK),
        phone_columns=2,
        about=about,
        sentence=finding(evidence.scorecard),
        looks=[_look(faces, evidence.looks) for faces in evidence.faces],
        table=_table(evidence.scorecard),
        decision=evidence.decision,
        consents=[(look.creator, {k: spoken(v) for k, v in look.consent.items()}) for look in _profiles(evidence)],
        card=evidence.card,
    )


def finding(scorecard: Mapping[str, Any]) -> str:
    """Return which way is the better one, in words."""
    best, defaults = better_way(scorecard), scorecard["about"]["default_ways"]
    shares = " and ".join(f"{mean_over_looks(scorecard, way, 'usable'):.0%} of the {way} ones" for way in WAYS)
    usable = {mean_over_looks(scorecard, way, "usable") for way in WAYS}
    verdict = f"{best.capitalize()} is the better way here"
    verdict += ", being the more varied one" if len(usable) == 1 else ""
    others = [look for look, way in defaults.items() if way != best]
    if not others:
        verdict += ", and the default."
    elif len(others) == len(defaults):
        verdict += f"; the default is {defaults[others[0]]}, which was better elsewhere."
    else:
        verdict += f", and the default but in {', '.join(others)}, where it is {defaults[others[0]]}."
    return (
        f"As they are drawn, {shares} are usable: they show exactly one face, are taken for the look, and repeat no "
        f"training photo. {verdict}"
    )


def draw_new_faces(faces: Sequence[NewFaces], columns: int = _COLUMNS, tile: int = 128) -> Image.Image:
    """Draw a row of portraits for each look and way, the first of each as they were drawn, without a choice."""
    rows = [(one.look, way, one.drawn[way][:columns]) for one in faces for way in WAYS if way in one.drawn]
    return draw_grid(
        [[Image.fromarray(picture) for picture in pictures] for _, _, pictures in rows],
        [""] * max(len(pictures) for _, _, pictures in rows),
        [f"{look}, {way}" for look, way, _ in rows],
        tile,
    )


def _look(faces: NewFaces, looks: LookProfiles) -> dict[str, Any]:
    rival = component_gaussian(faces.training, _COLUMNS)
    ways = [way for way in WAYS if way in faces.drawn]
    return {
        "name": faces.look,
        "photos": looks[faces.look].statistics.count,
        "creator": _strip(faces.training[:_COLUMNS]),
        "ways": [{"name": way, "grid": _strip(faces.drawn[way][: 2 * _COLUMNS])} for way in ways],
        "paths": [{"name": way, "grid": _strip(_spread(faces.paths[way][0]))} for way in ways],
        "rival": _strip(rival),
    }


def _strip(pictures: np.ndarray) -> str:
    shown = [Image.fromarray(picture) for picture in pictures]
    rows = [shown[i : i + _COLUMNS] for i in range(0, len(shown), _COLUMNS)]
    return photo_uri(draw_grid(rows, [""] * len(rows[0]), [""] * len(rows), _TILE))


def _spread(frames: np.ndarray) -> np.ndarray:
    return frames[np.linspace(0, len(frames) - 1, min(_FRAMES, len(frames))).round().astype(int)]


def _table(scorecard: Mapping[str, Any]) -> Table:
    blocks = []
    for look, ways in scorecard["synthesis"].items():
        best = {metric: _best(metric, ways) for metric in _METRICS}
        rows = [
            {
                "method": LABELS[row],
                "own": row in WAYS,
                "cells": [cell(m, ways[row][m], row in best[m]) if m in ways[row] else None for m in _METRICS],
            }
            for row in _ROWS
            if row in ways
        ]
        blocks.append((look, rows))
    return Table("", "", [(LABELS[metric], METRICS[metric][0]) for metric in _METRICS], blocks)


def _best(metric: str, ways: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the better way; none where both are as good, or where better has no meaning."""
    sign = {"lower is better": -1, "higher is better": 1}.get(METRICS[metric][0])
    means = {way: ways[way][metric]["mean"] for way in WAYS if metric in ways.get(way, {})}
    if not sign or len(set(means.values())) < 2:
        return set()
    return {max(means, key=lambda way: sign * means[way])}


def _profiles(evidence: NewFacesEvidence) -> list[Any]:
    return [evidence.looks[name] for name in evidence.looks.names]
