"""A project, its model and one creator's folder, as the tests of consent need them, and what people do to a consent."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from influencer_style.consent.ledger import Ledger
from influencer_style.pipelines.ingestion.known import remember_creators

CONSENT = {
    "schema": 1,
    "subject": "Warm Example",
    "granted_by": "Warm Example",
    "granted_on": "2025-01-01",
    "expires": "never",
    "scope": "[train, transfer, generate]",
    "territory": "worldwide",
    "evidence": "a letter",
    "contact": "warm@example.org",
}
LEARNT = {
    "subject": "Warm Example",
    "scope": ["train", "transfer", "generate"],
    "granted_on": "2025-01-01",
    "expires": "never",
    "territory": "worldwide",
}
EXPIRED = {"expires": "2026-01-01"}
LATIN_WITH_A_CYRILLIC_LETTER = "W\u0430rm"


@dataclass
class World:
    """Folders: of everything, and what lies in it."""

    root: Path

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.project / "data/00_consent")

    @property
    def users_ledger(self) -> Ledger:
        return Ledger(self.root / "home/influencer_style/ledger")

    @property
    def creator(self) -> Path:
        return self.root / "photos/Warm"

    @property
    def photo(self) -> Path:
        return self.creator / "a.png"

    def write_consent(self, folder: Path | None = None, **changes: str) -> None:
        folder = folder or self.creator
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{name}: {value}\n" for name, value in (CONSENT | changes).items())
        (folder / "consent.yml").write_text(text)

    def restore(self) -> None:
        """Lay everything down as it was before anybody did anything to it, and ingest it."""
        for place in ("photos", "other", "moved", "out", "home", "project/data/00_consent"):
            shutil.rmtree(self.root / place, ignore_errors=True)
        self.write_consent()
        pixels = np.random.default_rng(3).integers(0, 255, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).resize((160, 160)).save(self.photo)
        self.ingest()

    def ingest(self) -> None:
        """Tell the ledgers of the creator, as ingestion does."""
        rows = [{"role": "creator", "slug": "warm", "creator": "Warm", "photo_id": photo_id(self.photo)}]
        remember_creators(pd.DataFrame(rows), self.creator.parent, self.project, self.ledger, self.users_ledger)


def photo_id(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def with_consent(bundle, consent, photos=(), folder=None):
    """Return the model with this consent, and these photos, in each of its looks."""
    looks = bundle.looks.holding(replace(look, consent=consent, photos=tuple(photos)) for look in bundle.looks)
    return replace(bundle, looks=looks, folder=folder)


def nothing(world: World) -> Path:
    return world.photo


def edit(world: World) -> Path:
    """It shall begin later."""
    world.write_consent(granted_on="2099-01-01")
    return world.photo


def narrow(world: World) -> Path:
    world.write_consent(scope="[train]")
    return world.photo


def delete(world: World) -> Path:
    (world.creator / "consent.yml").unlink()
    return world.photo


def expire(world: World) -> Path:
    world.write_consent(**EXPIRED)
    return world.photo


def rename(world: World) -> Path:
    """It expires, and the folder gets another name."""
    expire(world)
    world.creator.rename(world.creator.with_name("Holiday"))
    return world.creator.with_name("Holiday") / "a.png"


def link(world: World) -> Path:
    """It expires; the folder is moved, and a link to it stays. The photo is reached by a link to the link."""
    expire(world)
    world.creator.rename(world.root / "moved")
    world.creator.symlink_to(world.root / "moved")
    (world.root / "other").mkdir()
    (world.root / "other/x.png").symlink_to(world.photo)
    return world.root / "other/x.png"


def copy(world: World) -> Path:
    """It expires; copies of the photos lie beside a consent that holds, and is another person's."""
    world.write_consent(world.root / "other", subject="Bob", granted_by="Bob")
    shutil.copy(world.photo, world.root / "other/x.png")
    expire(world)
    return world.root / "other/x.png"


def sub_folder(world: World) -> Path:
    """It expires; the photos lie deeper in the folder, and are named by way of `..`."""
    expire(world)
    (world.creator / "2024/may").mkdir(parents=True)
    shutil.copy(world.photo, world.creator / "2024/b.png")
    return world.creator / "2024/may/../b.png"


def homoglyph(world: World) -> Path:
    """It expires; the folder is renamed so that nobody sees it, and the photo lies in a copy with the old consent."""
    copied = world.root / "other" / LATIN_WITH_A_CYRILLIC_LETTER
    shutil.copytree(world.creator, copied)
    expire(world)
    world.creator.rename(world.creator.with_name(LATIN_WITH_A_CYRILLIC_LETTER))
    return copied / "a.png"


DEEDS = {deed.__name__: deed for deed in (edit, narrow, delete, expire, rename, link, copy, sub_folder, homoglyph)}
