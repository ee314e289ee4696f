"""The names of the face detectors, and the files that some of them need."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from influencer_style.pretrained.catalogue import FETCH, find

DetectorName = Literal["auto", "blazeface", "lbp", "yunet"]
DETECTORS: tuple[DetectorName, ...] = get_args(DetectorName)
TITLES = {"blazeface": "BlazeFace with the face mesh", "lbp": "the LBP cascade", "yunet": "YuNet"}
NOTE = "detector"  # the key, in the notes of a model, of the detector that found its faces
YUNET_FILE = "INFLUENCER_STYLE_YUNET"  # environment variable: YuNet's .onnx file on this machine

log = logging.getLogger(__name__)


class DetectorError(ValueError):
    """A face detector is not available; the message says what to do."""


def resolved(name: DetectorName) -> DetectorName:
    """Return the detector that a name means on this machine: `auto` is blazeface where its files are, else lbp.

    The first time that it is lbp, a warning says so.
    """
    if name != "auto":
        return name
    if find("face_detector") and find("face_mesh"):
        return "blazeface"
    _warn_once()
    return "lbp"


@cache
def _warn_once() -> None:
    log.warning(
        "The face models are not on this machine, so the LBP cascade finds faces. It misses tilted, small and dark "
        "ones. Fetch the models: %s",
        FETCH,
    )


def yunet_file(named: str | Path | None = None) -> Path:
    """Return YuNet's model file: `named`, or else the one that the environment variable names.

    Raises:
        DetectorError: If neither names an existing file.
    """
    where = str(named or "") or os.environ.get(YUNET_FILE, "")
    if where and Path(where).is_file():
        return Path(where)
    what = f"{where} is not a file" if where else "no file is named"
    raise DetectorError(
        f"the face detector yunet needs OpenCV's YuNet model, and {what}; name the .onnx file in "
        f"preprocessing.yunet_model or {YUNET_FILE}, or choose the detector auto"
    )
