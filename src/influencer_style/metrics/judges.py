"""Which judge of identity speaks: the face embedding where its files were fetched, else the project's own."""

from __future__ import annotations

import logging
from functools import cache

from influencer_style.metrics.face_embedding import FACE_JUDGE, FILES, load_face_judge
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.studio_judge import load_studio_judge
from influencer_style.pretrained.catalogue import PretrainedError, find

log = logging.getLogger(__name__)


def choose_judge(drawn: bool) -> IdentityJudge:
    """Return the judge of people who are drawn by the studio, or of people in photographs.

    Drawn people are judged by the studio's own judge, photographs by the face embedding. Where its files are missing or
    damaged, the studio's judge speaks of photographs, too, and the log says so once.
    """
    if not drawn:
        try:
            return load_face_judge()
        except PretrainedError as error:
            _warn(str(error))
    return load_studio_judge()


def judge_that_made(sha256: str) -> IdentityJudge | None:
    """Return the judge with this digest (`IdentityJudge.sha256`), None if it is not on this machine."""
    if sha256 == FACE_JUDGE:
        try:
            return load_face_judge()
        except PretrainedError:
            return None
    studio = load_studio_judge()
    return studio if studio.sha256 == sha256 else None


def face_judge_is_here(*_inputs: object, **_named: object) -> bool:
    """Return whether the files of the face embedding were fetched: what nodes make of photographs depends on it."""
    return all(find(name) for name in FILES)


@cache
def _warn(why: str) -> None:
    """Log once in each process that the face embedding is missing."""
    log.warning(
        "Whose face it is on photographs is judged by the project's own judge, which knows drawn people and mistakes "
        "many strangers for each other: %s",
        why,
    )
