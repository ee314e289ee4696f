"""Where the photos of a project are, and with them the creators' consents."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from influencer_style.project.folder import in_project


class PhotoSource(BaseModel):
    """The folders of one project's photos; paths are relative to the project if they lie in it, else absolute."""

    model_config = ConfigDict(frozen=True)
    # Whether the embedded studio renders the creators' photos, or the user's own folder holds them
    kind: Literal["studio", "folder"]
    creators: str  # the folder that holds a folder of photos and a consent.yml for each creator
    users: str  # the folder of portraits to restyle
    truth: str | None = None  # the studio's users who validate, as they truly are in each look; None without the studio
    oracle: str | None = None  # the same of the users who test
    regions: str | None = None  # the masks of those pictures' regions
    users_are_studio: bool = False  # whether the studio renders the users
    fingerprint: str = ""  # the digest of what the studio rendered, or of the folders' names

    def creator_folder(self, name: str) -> Path:
        """Return the folder of one creator."""
        return in_project(self.creators) / name

    @property
    def truth_folders(self) -> dict[str, Path]:
        """The folder of each kind of truth (truth, oracle, regions) that there is."""
        named = {"truth": self.truth, "oracle": self.oracle, "regions": self.regions}
        return {kind: in_project(folder) for kind, folder in named.items() if folder}
