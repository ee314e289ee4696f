"""Photos with Content Credentials of their own, as a camera signs them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
from PIL import Image

from influencer_style.provenance.authority import Credentials
from influencer_style.provenance.credentials import credentials

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIC": "image/heic",
}
PLACE = "48,8.5N SECRET"
PRIVATE = [
    {"label": "stds.exif", "kind": "Json", "data": {"@context": {"exif": "x"}, "exif:GPSLatitude": PLACE}},
    {"label": "com.camera.serial", "kind": "Json", "data": {"number": PLACE}},
]
AUTHOR = {"label": "stds.schema-org.CreativeWork", "kind": "Json", "data": {"@type": "CreativeWork", "author": "Anna"}}


def plain(kind: str) -> bytes:
    """Return a photo without credentials. HEIC needs Debian's heif-enc; there is no wheel that writes it."""
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 256, (96, 128, 3), np.uint8))
    if kind == "HEIC":
        with tempfile.TemporaryDirectory() as folder:
            picture.save(Path(folder, "a.png"))
            subprocess.run(["heif-enc", "a.png", "-o", "a.heic"], cwd=folder, check=True, capture_output=True)
            return Path(folder, "a.heic").read_bytes()
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def can_make(kind: str) -> bool:
    return kind != "HEIC" or shutil.which("heif-enc") is not None


def signed_by_camera(
    file: bytes, kind: str, thumbnail: bool = False, extra: tuple | list = (), signer: Credentials | None = None
) -> bytes:
    """Return a photo with a manifest that says where it was taken, and, if wanted, shows it in a thumbnail."""
    signer = signer or credentials()
    info = c2pa.C2paSignerInfo(signer.algorithm, signer.certificates, signer.private_key, None)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [created]}}
    definition = {"claim_generator_info": [{"name": "Camera", "version": "7"}]}
    settings = {"builder": {"thumbnail": {"enabled": thumbnail}}, "verify": {"verify_trust": False}}
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(settings, c2pa.Signer.from_info(info)) as context,
        c2pa.Builder(definition | {"assertions": [actions, *PRIVATE, AUTHOR, *extra]}, context=context) as builder,
    ):
        builder.sign(MEDIA_TYPES[kind], io.BytesIO(file), out)
    return out.getvalue()


def chain(file: bytes) -> list[dict[str, Any]]:
    """Return the manifests of a JPEG as they follow each other: the picture's own, its parent's, and so on."""
    with c2pa.Reader("image/jpeg", io.BytesIO(file)) as reader:
        whole = json.loads(reader.json())
    found, label = [], whole["active_manifest"]
    while label:
        found.append(whole["manifests"][label])
        parents = [one for one in found[-1].get("ingredients") or [] if one["relationship"] == "parentOf"]
        label = parents[0].get("active_manifest") if parents else None
    assert len(found) == len(whole["manifests"])
    return found


def labels(manifest: dict[str, Any]) -> set[str]:
    return {assertion["label"] for assertion in manifest["assertions"]}
