"""The parameters of `ingestion`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class StudioParameters(BaseModel):
    """How much the embedded studio renders."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    creators_photos: int = Field(ge=1, le=1000)
    users: int = Field(ge=6, le=10_000)
    size: int = Field(ge=64, le=1024)
    seed: int = Field(ge=0, lt=2**32)


class IngestionParameters(BaseModel):
    """See conf/base/parameters_ingestion.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: Literal["studio", "folder"]
    folder: str
    users: str
    studio: StudioParameters
    max_megapixels: float = Field(gt=0, le=1000, allow_inf_nan=False)
    split_seed: int = Field(ge=0, lt=2**32)
    workers: int = Field(ge=1, le=64)

    @model_validator(mode="after")
    def _folder_given(self) -> "IngestionParameters":
        if self.source == "folder" and not self.folder.strip():
            raise ValueError("ingestion.folder is empty; name the folder that holds a folder for each creator")
        return self
