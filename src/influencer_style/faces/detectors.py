"""The names of the face detectors, and the place of the file that one of them needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args

DetectorName = Literal["lbp", "yunet"]
DETECTORS: tuple[DetectorName, ...] = get_args(DetectorName)
NOTE = "detector"  # the key, in the notes of a model, of the detector that found its faces
YUNET_FILE = "INFLUENCER_STYLE_YUNET"  # environment variable: YuNet's .onnx file on this machine


class DetectorError(ValueError):
    """A face detector is not available; the message says what to do."""


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
        f"preprocessing.yunet_model or {YUNET_FILE}, or choose the detector lbp"
    )
