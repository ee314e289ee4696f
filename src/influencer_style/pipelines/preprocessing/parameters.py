"""The parameters of `preprocessing`."""

import os
from pathlib import Path

from pydantic import Field, model_validator

from influencer_style.faces.detectors import YUNET_FILE, DetectorName
from influencer_style.faces.examine import Standards
from influencer_style.project.configuration import Section
from influencer_style.project.folder import in_project


class PreprocessingParameters(Section):
    """See conf/base/parameters_preprocessing.yml."""

    detector: DetectorName
    yunet_model: str
    crop_size: int = Field(ge=32, le=1024)
    margin: float = Field(ge=1.4, le=4)
    least_face: float = Field(ge=1, le=1e6)
    least_sharpness: float = Field(ge=0, le=1e6)
    most_cut: float = Field(ge=0, le=1)
    second_face: float = Field(gt=0, le=1)
    workers: int = Field(ge=1, le=64)

    @model_validator(mode="after")
    def _model_given(self) -> "PreprocessingParameters":
        if self.detector == "yunet" and not self.yunet_model.strip() and not os.environ.get(YUNET_FILE):
            remedy = f"name YuNet's .onnx file there or in {YUNET_FILE}, or use detector: auto"
            raise ValueError(f"preprocessing.yunet_model is empty; {remedy}")
        return self

    @property
    def yunet_place(self) -> Path | None:
        """The file that `yunet_model` names, if it names one."""
        return in_project(self.yunet_model) if self.yunet_model.strip() else None

    @property
    def standards(self) -> Standards:
        """What a photo and its crop must meet."""
        least, most = (self.least_face, self.least_sharpness), (self.most_cut, self.second_face)
        return Standards(self.crop_size, self.margin, *least, *most)
