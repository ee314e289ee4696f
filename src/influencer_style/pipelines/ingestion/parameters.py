"""The parameters of `ingestion`, and the user's own folders of photos, checked before anything else is done."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from influencer_style.project.configuration import Section
from influencer_style.project.folder import in_project
from influencer_style.storage.walk import is_passed_over


class StudioParameters(Section):
    """How much the embedded studio renders."""

    creators_photos: int = Field(ge=1, le=1000)
    users: int = Field(ge=6, le=10_000)
    size: int = Field(ge=64, le=1024)
    seed: int = Field(ge=0, lt=2**32)


class IngestionParameters(Section):
    """See conf/base/parameters_ingestion.yml."""

    source: Literal["studio", "folder"]
    folder: str
    users: str
    studio: StudioParameters
    max_megapixels: float = Field(gt=0, le=1000)
    split_seed: int = Field(ge=0, lt=2**32)
    workers: int = Field(ge=1, le=64)

    @model_validator(mode="after")
    def _folder_given(self) -> Self:
        if self.source == "folder" and not self.folder.strip():
            raise ValueError("ingestion.folder is empty; name the folder that holds a folder for each creator")
        return self


class SourceError(ValueError):
    """A source of photos that cannot be used; the text names the parameter, the folder and the remedy."""


def photo_folders(parameters: IngestionParameters) -> tuple[Path, Path | None]:
    """Return the folder of the creators' photos and that of the users'; the latter is None if it is not named.

    Raises SourceError if one of them is missing, empty or not a folder, or one lies in the other.
    """
    holds = "a folder for each creator, with photos and consent.yml"
    creators = _photo_folder("ingestion.folder", parameters.folder, holds)
    if not parameters.users.strip():
        return creators, None
    users = _photo_folder("ingestion.users", parameters.users, "portraits of the people to restyle")
    require_apart(creators, users)
    return creators, users


def require_apart(creators: Path, users: Path) -> None:
    """Refuse two folders if one lies in the other. Raises SourceError."""
    if users == creators or users.is_relative_to(creators) or creators.is_relative_to(users):
        raise SourceError("ingestion.users and ingestion.folder lie in each other; give each a folder of its own")


def _photo_folder(field: str, value: str, holds: str) -> Path:
    folder = in_project(value)
    if not folder.is_dir():
        raise SourceError(f"{field}: {folder} is not a folder; give one that holds {holds}")
    try:
        if not any(not is_passed_over(entry.name, entry.is_dir()) for entry in folder.iterdir()):
            raise SourceError(f"{field}: {folder} is empty; it should hold {holds}")
    except OSError as error:
        raise SourceError(f"{field}: {folder} cannot be listed ({error.strerror}); correct its rights") from error
    return folder
