"""The report of new portraits: one page, pictures first, that opens without a network and says what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from influencer_style.evaluation.new_faces import GAUSSIAN, NewFaces, component_gaussian
from influencer_style.evaluation.new_faces_scorecard import NewFacesScorecard
from influencer_style.evaluation.wording import LABELS
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.intervals import Methods
from influencer_style.networks.portraits import WAYS
from influencer_style.reports.decisions import TrainingDecision
from influencer_style.reports.figures import consents, photo_uri, render
from influencer_style.reports.grid import draw_grid
from influencer_style.reports.tables import Line, Table, best_of, cells

_METRICS = (
    "usable", "one_face", "look_accuracy", "repeats", "diversity", "memorisation", "identity_to_creator", "kid",
    "largest_step",
)  # fmt: skip
_ROWS = (*WAYS, GAUSSIAN, "others", "held_out", "real_floor")
_TILE, _COLUMNS, _FRAMES = 112, 8, 8


@dataclass(frozen=True)
class NewFacesEvidence:
    """Everything that the report is made from; `looks` are those that may be generated, `card` is Markdown."""

    faces: Sequence[NewFaces]
    scorecard: NewFacesScorecard
    looks: LookProfiles
    decision: TrainingDecision
    card: str


def write_new_faces_report(evidence: NewFacesEvidence) -> str:
    """Return the report as one HTML page."""
    return render(
        "new_faces.html.j2",
        phone_columns=2,
        about=evidence.scorecard.about,
        sentence=finding(evidence.scorecard),
        looks=[_look(faces, evidence.looks) for faces in evidence.faces],
        table=_table(evidence.scorecard),
        decision=evidence.decision,
        consents=consents(evidence.looks),
        card=evidence.card,
    )


def finding(scorecard: NewFacesScorecard) -> str:
    """Return which way is the better one, in words."""
    best, defaults = scorecard.better_way(), scorecard.about.default_ways
    usable = {way: scorecard.mean_over_looks(way, "usable") for way in WAYS}
    shares = " and ".join(f"{share:.0%} of the {way} ones" for way, share in usable.items())
    verdict = f"{best.capitalize()} is the better way here"
    verdict += ", as its portraits are more varied" if len(set(usable.values())) == 1 else ""
    others = [look for look, way in defaults.items() if way != best]
    if not others:
        verdict += ", and the default."
    elif len(others) == len(defaults):
        verdict += f"; the default is {defaults[others[0]]}, which was better elsewhere."
    else:
        verdict += f", and the default except in {', '.join(others)}, where it is {defaults[others[0]]}."
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


def _look(faces: NewFaces, looks: LookProfiles) -> dict[str, object]:
    ways = [way for way in WAYS if way in faces.drawn]
    return {
        "name": faces.look,
        "photos": looks[faces.look].statistics.count,
        "creator": _strip(faces.training[:_COLUMNS]),
        "ways": [{"name": way, "grid": _strip(faces.drawn[way][: 2 * _COLUMNS])} for way in ways],
        "paths": [{"name": way, "grid": _strip(_spread(faces.paths[way][0]))} for way in ways],
        "rival": _strip(component_gaussian(faces.training, _COLUMNS)),
    }


def _strip(pictures: np.ndarray) -> str:
    shown = [Image.fromarray(picture) for picture in pictures]
    rows = [shown[i : i + _COLUMNS] for i in range(0, len(shown), _COLUMNS)]
    return photo_uri(draw_grid(rows, [""] * len(rows[0]), [""] * len(rows), _TILE, margin=0))


def _spread(frames: np.ndarray) -> np.ndarray:
    return frames[np.linspace(0, len(frames) - 1, min(_FRAMES, len(frames))).round().astype(int)]


def _table(scorecard: NewFacesScorecard) -> Table:
    blocks = []
    for look, ways in scorecard.synthesis.items():
        best = {metric: _better(metric, ways) for metric in _METRICS}
        lines = [Line(LABELS[row], row in WAYS, cells(_METRICS, ways[row], row, best)) for row in _ROWS if row in ways]
        blocks.append((look, lines))
    return Table.of(_METRICS, blocks)


def _better(metric: str, ways: Methods) -> str | None:
    """Return the better way; None if both are equally good, or if better has no meaning."""
    means: dict[str, float] = {way: ways[way][metric].mean for way in WAYS if metric in ways.get(way, {})}
    return best_of(metric, means) if len(set(means.values())) > 1 else None
