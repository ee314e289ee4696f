"""Which detector finds the faces of the photos that a model restyles, and which of the faces are chosen."""

from __future__ import annotations

from typing import Literal

import numpy as np

from influencer_style.faces.align import CropTransform, transform_for
from influencer_style.faces.detect import Detector, make_detector
from influencer_style.faces.detectors import DETECTORS, NOTE, DetectorError, DetectorName, resolved
from influencer_style.faces.face import Face, main_faces
from influencer_style.networks.bundle import Bundle
from influencer_style.project.configuration import project_configuration
from influencer_style.project.folder import in_project
from influencer_style.stylist.errors import StylistError

_LEAST = 0.05  # share of the largest face's area; anything smaller does not count as a face of the photo


def detector_name(bundle: Bundle, wanted: str | None = None) -> DetectorName:
    """Return the name of the detector for a model: the wanted one, else the model's own, else lbp.

    Where the model's own is blazeface and its files are not on this machine, it is what `auto` finds instead. Raises
    StylistError for an unknown name.
    """
    name = wanted or bundle.notes.get(NOTE, "lbp")
    for known in DETECTORS:
        if name == known:
            return resolved("auto" if known == "blazeface" and not wanted else known)
    raise StylistError(f"there is no face detector {name[:20]!r}; choose one of: {', '.join(DETECTORS)}")


def open_detector(name: DetectorName) -> Detector:
    """Return a detector. Its file is the one that the project around the working folder names, as in its pipelines.

    Raises StylistError when it needs a file that is missing, or cannot be used; ConfigurationError when the project's
    parameters cannot be read.
    """
    file = None
    if name == "yunet" and (named := project_configuration("parameters", "preprocessing").get("yunet_model")):
        file = in_project(str(named))
    try:
        return make_detector(name, file)
    except DetectorError as error:
        raise StylistError(str(error)) from error


def faces_in(photo: np.ndarray, detector: Detector) -> list[Face]:
    """Return the faces of a photo, uint8 RGB (height, width, 3), largest first."""
    return main_faces(detector.find(photo), _LEAST)


def chosen_of(found: list[Face], faces: Literal["all", "largest"] | tuple[int, ...]) -> list[Face]:
    """Return the faces to restyle of those found, largest first; none where none was found.

    Raises StylistError when a number is that of a face that the photo does not have.
    """
    if faces == "all" or not found:
        return found
    if faces == "largest":
        return found[:1]
    if missing := [number for number in faces if number >= len(found)]:
        raise StylistError(f"there is no face {missing[0]}; the photo has {len(found)}, numbered from 0, the largest")
    return [found[number] for number in sorted(set(faces))]


def crops_of(faces: list[Face], margin: float, shape: tuple[int, ...]) -> list[CropTransform]:
    """Return where the faces' crops lie in a photo of a shape (height, width, ...); the whole photo without faces."""
    height, width = shape[:2]
    whole = CropTransform(width / 2, height / 2, max(height, width))
    return [transform_for(face, margin, shape) for face in faces] or [whole]
