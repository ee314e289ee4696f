"""The parameters of `preprocessing`."""

import os

from pydantic import BaseModel, ConfigDict, Field, model_validator

from influencer_style.faces.detectors import YUNET_FILE, DetectorName
from influencer_style.faces.examine import Standards


class PreprocessingParameters(BaseModel):
    """See conf/base/parameters_preprocessing.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
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
            raise ValueError(
                f"preprocessing.yunet_model is empty; name YuNet's .onnx file there or in {YUNET_FILE}, or use "
                "detector: auto"
            )
        return self

    @property
    def standards(self) -> Standards:
        """What a photo and its crop must meet."""
        return Standards(
            self.crop_size, self.margin, self.least_face, self.least_sharpness, self.most_cut, self.second_face
        )
