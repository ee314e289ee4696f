"""The made-up cases that are judged."""

from judged import (
    about,
    cases,
    judges,
    jury,
    looks,
    new_faces,
    new_faces_scorecard,
    scorecard,
    scores,
    trial,
)

__all__ = [
    "about",
    "cases",
    "judges",
    "jury",
    "looks",
    "new_faces",
    "new_faces_scorecard",
    "scorecard",
    "scores",
    "trial",
]
