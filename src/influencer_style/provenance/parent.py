"""The photo that a picture was made from, as C2PA's parent ingredient: with its own Content Credentials, if it has any.

Nothing of the photo itself is kept: neither a name, nor a thumbnail, nor a hash of its pixels. Of its credentials
everything stays that says who made it and how. Thumbnails go, which would show the photo as it was, and so do, unless
they are wanted, metadata such as place and serial number: C2PA's redaction removes them so that the rest can still be
verified, and says what was removed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import c2pa

from influencer_style.photos.parent import Parent
from influencer_style.provenance.formats import media_type
from influencer_style.provenance.manifest_store import excess, store_of
from influencer_style.provenance.parent_manifest import ABOUT_THE_SIGNER
from influencer_style.provenance.settings import NO_HOSTS, OFFLINE

LABEL = "parent"  # by which our manifest's actions name the ingredient
_SETTINGS = {
    "core": NO_HOSTS,
    "verify": OFFLINE | {"verify_trust": False},  # who is trusted is for those who verify
    "builder": {"thumbnail": {"enabled": False}},
}
_INGREDIENT = {"relationship": "parentOf", "label": LABEL}

# C2PA forbids that these are redacted: they are what holds a manifest together.
_NEVER_REDACTED = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
# What may stay beside them where private metadata go: credits, rights, and how a picture was made. Others may hold
# anything: place, names, serial numbers, depth maps.
_NOT_PRIVATE = (
    *("stds.schema-org.CreativeWork", "cawg.identity", "cawg.training-mining", "c2pa.training-mining"),
    *("c2pa.time-stamp", "c2pa.certificate-status", "influencer_style.record"),
)
_SHOWING = ("c2pa.thumbnail.", "c2pa.depthmap", "c2pa.embedded-data", "c2pa.icon")


def parent_of(file: bytes, private: bool = False) -> tuple[Parent, str]:
    """Return a photo's file as the parent of what is made from it, and a notice about its credentials (else "").

    Args:
        file: a photo that can be decoded.
        private: keep all of its credentials except pictures.
    """
    kind = media_type(file)
    if not (store := store_of(file)):
        return Parent(kind), ""
    if too_much := excess(store):
        return Parent(kind), f"its Content Credentials have more than {too_much} and were dropped"
    if b"brob" in store:  # how much it unfolds to cannot be counted
        return Parent(kind), "its Content Credentials are compressed, which is not read, and were dropped"
    try:
        archive = _archive(file, kind)
        manifests, checked = _read(archive)
        redacted = tuple(_to_redact(manifests, private))
    except Exception:  # of hostile bytes anything may come; the photo is one all the same
        return Parent(kind), "its Content Credentials are damaged and were dropped"
    notice = "its Content Credentials do not match it: it was changed or damaged after it was signed"
    failed = [status for status in checked["failure"] if not status["code"].startswith(ABOUT_THE_SIGNER)]
    return Parent(kind, archive, redacted), notice if failed else ""


def _archive(file: bytes, kind: str) -> bytes:
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(_SETTINGS) as context,
        c2pa.Builder({"claim_generator_info": [], "assertions": []}, context=context) as builder,
    ):
        builder.add_ingredient(_INGREDIENT, kind, io.BytesIO(file))
        builder.write_ingredient_archive(LABEL, out)
    return out.getvalue()


def _read(archive: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the manifests in an archive by their labels, and what was found when the photo was validated."""
    with (
        c2pa.Context.from_dict(_SETTINGS) as context,
        c2pa.Reader("application/c2pa", io.BytesIO(archive), context=context) as reader,
    ):
        whole = json.loads(reader.detailed_json())
    own = whole["manifests"].pop(whole["active_manifest"])  # the archive's
    (ingredient,) = (value for key, value in own["assertion_store"].items() if key.startswith("c2pa.ingredient"))
    return whole["manifests"], ingredient["validationResults"]["activeManifest"]


def _to_redact(manifests: dict[str, Any], private: bool) -> Iterator[str]:
    claims = {label: manifest["claim"] for label, manifest in manifests.items()}
    gone = {address for claim in claims.values() for address in claim.get("redacted_assertions") or ()}
    for label, claim in claims.items():
        for kind in ("created_assertions", "gathered_assertions", "assertions"):
            for reference in claim.get(kind) or ():
                name = reference["url"].rpartition("/")[2]
                address = f"self#jumbf=/c2pa/{label}/c2pa.assertions/{name}"
                if address not in gone and _is_redacted(name, private):
                    yield address


def _is_redacted(name: str, private: bool) -> bool:
    if name.startswith(_NEVER_REDACTED):
        return False
    return name.startswith(_SHOWING) if private else not name.startswith(_NOT_PRIVATE)
