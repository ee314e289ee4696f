"""Writes the demo set as files: the creators' photos with consent, the users' photos, and the truth to judge by."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from influencer_style.looks.areas import REGIONS
from influencer_style.storage.atomic import remove, write_bytes, write_text
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import Identity, Pose
from influencer_style.studio.look import Look
from influencer_style.studio.population import CREATOR_LOOKS, Portrait, StudioSettings, creators, truths, users
from influencer_style.studio.render import regions, shade
from influencer_style.studio.workers import in_parallel

FOLDERS = ("creators", "users", "truth", "oracle", "regions")
DONE = "done.json"
# How the subject ends in the consents of people whom the studio draws.
DRAWN = "(studio character, nobody's face)"
CONSENT = f"""\
schema: 1
kind: synthetic
subject: {{subject}} {DRAWN}
granted_by: influencer_style studio
granted_on: 2026-01-01
expires: never
scope: [train, transfer, generate, commercial]
territory: worldwide
evidence: rendered by influencer_style.studio from invented numbers; no person was photographed
contact: the maintainers of influencer_style
"""


@dataclass(frozen=True)
class _Sitting:
    """One march, the pictures shaded from it, (path, look, seed), and the masks read off it, (path, region)."""

    identity: Identity
    pose: Pose
    size: int
    files: tuple[tuple[Path, Look, int], ...]
    masks: tuple[tuple[Path, str], ...]


def fingerprint(settings: StudioSettings) -> str:
    """SHA-256, in hex, of the settings and of this package's source text: equal fingerprints mean equal pictures."""
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _shoot(sitting: _Sitting) -> int:
    """Render and write the files of one sitting; returns how many."""
    seen = march(sitting.identity, sitting.pose, sitting.size)
    for path, look, seed in sitting.files:
        write_bytes(path, _encoded(shade(seen, sitting.identity, look, seed), path.suffix))
    soft = regions(seen) if sitting.masks else {}
    for path, region in sitting.masks:
        write_bytes(path, _encoded((soft[region] * 255.0).round().astype(np.uint8), path.suffix))
    return len(sitting.files) + len(sitting.masks)


def _encoded(pixels: np.ndarray, suffix: str) -> bytes:
    data = io.BytesIO()
    kind, options = ("JPEG", {"quality": 95, "subsampling": 0}) if suffix == ".jpg" else ("PNG", {"compress_level": 3})
    Image.fromarray(pixels).save(data, kind, **options)
    return data.getvalue()


def _plan(folder: Path, settings: StudioSettings) -> list[_Sitting]:
    """Every sitting of the demo set with the files that are still missing."""
    plan: list[_Sitting] = []

    def add(portrait: Portrait, files: dict[Path, Portrait], masks: dict[Path, str]) -> None:
        missing = tuple((path, other.look, other.seed) for path, other in files.items() if not path.exists())
        unmasked = tuple((path, region) for path, region in masks.items() if not path.exists())
        if missing or unmasked:
            plan.append(_Sitting(portrait.identity, portrait.pose, settings.size, missing, unmasked))

    for name, portraits in creators(settings).items():
        for number, portrait in enumerate(portraits):
            add(portrait, {folder / "creators" / name / f"{name}-{number:03d}.jpg": portrait}, {})
    for number, portrait in enumerate(users(settings)):
        name, tests = f"user-{number:03d}", number in settings.test_users
        files, masks = {folder / "users" / f"{name}.jpg": portrait}, {}
        if tests or number in settings.validation_users:
            for (kind, look), other in truths(settings, number, portrait).items():
                if tests or kind == "truth":
                    files[folder / kind / look / f"{name}.png"] = other
            # One set for all looks: a look changes colours and light, never where things are.
            masks = {folder / "regions" / region / f"{name}.png": region for region in REGIONS}
        add(portrait, files, masks)
    return plan


def render_demo_set(folder: Path, settings: StudioSettings, workers: int = 2, progress: bool = True) -> None:
    """Write the demo set below `folder`.

    `creators/<name>/` holds photos and consent.yml, `users/` photos, `truth/<look>/` the users who test or validate in
    each look, `oracle/<look>/` those who test, `regions/<region>/` masks of what their pictures show (grey, 255 is the
    region), `done.json` the fingerprint, last. Files already there are kept while the fingerprint is the same, so a
    broken run goes on where it stopped; under another fingerprint they are rendered anew.
    Raises ValueError if `workers` is below 1, FileExistsError if one of these names holds what is no demo set, and
    OSError if the folder cannot be written.
    """
    folder = Path(folder)
    state = {"fingerprint": fingerprint(settings), "settings": asdict(settings)}
    done, begun = folder / DONE, folder / ".begun.json"
    text = json.dumps(state, indent=2, sort_keys=True) + "\n"
    if done.is_file() and done.read_text(encoding="utf-8") == text:
        return
    done.unlink(missing_ok=True)
    if not (begun.is_file() and begun.read_text(encoding="utf-8") == text):
        for name in FOLDERS:
            if (folder / name).exists() and not begun.is_file():
                raise FileExistsError(f"{folder / name} exists and is no demo set; give the studio a folder of its own")
            remove(folder / name)
        write_text(begun, text)
    for name in CREATOR_LOOKS:
        write_text(folder / "creators" / name / "consent.yml", CONSENT.format(subject=name.capitalize()))
    for _ in in_parallel(_shoot, _plan(folder, settings), workers, progress, "studio"):
        pass
    write_text(done, text)
