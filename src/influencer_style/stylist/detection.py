"""Which detector finds the faces of the photos that a model restyles: the one that found those it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from influencer_style.faces.detectors import DETECTORS, NOTE, DetectorError, DetectorName
from influencer_style.stylist.result import StylistError

if TYPE_CHECKING:
    import numpy as np

    from influencer_style.faces.align import CropTransform
    from influencer_style.faces.detect import Detector, Face
    from influencer_style.networks.bundle import Bundle

_LEAST = 0.05  # share of the largest face's area under which a find is no face of the photo


def detector_name(bundle: Bundle, wanted: DetectorName | None = None) -> DetectorName:
    """Return the name of the detector for a model: the one that is wanted, else the model's own, else lbp.

    Raises:
        StylistError: for a name that is not known.
    """
    name = wanted or bundle.notes.get(NOTE, "lbp")
    if name not in DETECTORS:
        raise StylistError(f"there is no face detector {name[:20]!r}; choose one of: {', '.join(DETECTORS)}")
    return name


def open_detector(name: DetectorName) -> Detector:
    """Return a detector. Its file is the one that the project around the working folder names, as in its pipelines.

    Raises:
        StylistError: when it needs a file that is not there, or cannot be used.
        ConfigurationError: when the project's parameters cannot be read.
    """
    from influencer_style.faces.detect import make_detector

    file = None
    if name == "yunet":
        from influencer_style.project.folder import in_project
        from influencer_style.project.parameters import project_parameters

        if named := project_parameters("preprocessing").get("yunet_model"):
            file = in_project(str(named))
    try:
        return make_detector(name, file)
    except DetectorError as error:
        raise StylistError(str(error)) from error


def faces_in(photo: np.ndarray, detector: Detector) -> list[Face]:
    """Return the faces of a photo, uint8 RGB (height, width, 3), largest first."""
    from influencer_style.faces.detect import main_faces

    return main_faces(detector.find(photo), _LEAST)


def crops_of(faces: list[Face], margin: float, shape: tuple[int, ...]) -> list[CropTransform]:
    """Return where the faces' crops lie in a photo of a shape (height, width, ...); the whole photo without faces."""
    from influencer_style.faces.align import CropTransform, transform_for

    height, width = shape[:2]
    whole = CropTransform(width / 2, height / 2, max(height, width))
    return [transform_for(face, margin, shape) for face in faces] or [whole]
