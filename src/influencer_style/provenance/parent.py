"""The photo that a picture was made from, as C2PA's parent ingredient, with its own Content Credentials if it has any.

Nothing of the photo itself is kept: no name, no thumbnail, no hash of its pixels. Its credentials keep everything that
says who made it and how. Thumbnails, which would show the original photo, are redacted, and so are metadata such as
place and serial number, unless they are to be kept. C2PA's redaction leaves the rest verifiable, and says what was
removed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import c2pa

from influencer_style.photos.original import Parent
from influencer_style.provenance.formats import media_type
from influencer_style.provenance.manifest_store import ABOUT_THE_SIGNER, NO_HOSTS, OFFLINE, Json, excess, store_of

LABEL = "parent"  # by which our manifest's actions name the ingredient
_SETTINGS = {
    "core": NO_HOSTS,
    "verify": OFFLINE | {"verify_trust": False},  # whom to trust is a question for `verify`
    "builder": {"thumbnail": {"enabled": False}},
}
_INGREDIENT = {"relationship": "parentOf", "label": LABEL}

# C2PA forbids the redaction of these: they hold a manifest together.
_NEVER_REDACTED = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
# What else stays when private metadata are removed: credits, rights, and how a picture was made. Other assertions may
# hold anything: place, names, serial numbers, depth maps.
_NOT_PRIVATE = (
    *("stds.schema-org.CreativeWork", "cawg.identity", "cawg.training-mining", "c2pa.training-mining"),
    *("c2pa.time-stamp", "c2pa.certificate-status", "influencer_style.record"),
)
_SHOWING = ("c2pa.thumbnail.", "c2pa.depthmap", "c2pa.embedded-data", "c2pa.icon")


def parent_of(file: bytes, private: bool = False) -> tuple[Parent, str]:
    """Return a photo's file as the parent of what is made from it, and a notice about its credentials, or "".

    The photo can be decoded. If `private`, all of its credentials are kept except pictures.
    """
    kind = media_type(file)
    if not (store := store_of(file)):
        return Parent(kind), ""
    if too_much := excess(store):
        return Parent(kind), f"its Content Credentials have more than {too_much} and were dropped"
    if b"brob" in store:  # its uncompressed size is not known
        return Parent(kind), "its Content Credentials are compressed, which is not supported, and were dropped"
    try:
        archive = _archive(file, kind)
        manifests, checked = _read(archive)
        redacted = tuple(_to_redact(manifests, private))
    except Exception:  # hostile bytes may raise anything; the photo itself is still fine
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


def _read(archive: bytes) -> tuple[Json, Json]:
    """Return the manifests in an archive by their labels, and the results of the photo's validation."""
    with (
        c2pa.Context.from_dict(_SETTINGS) as context,
        c2pa.Reader("application/c2pa", io.BytesIO(archive), context=context) as reader,
    ):
        whole = json.loads(reader.detailed_json())
    own = whole["manifests"].pop(whole["active_manifest"])  # the archive's
    (ingredient,) = (value for key, value in own["assertion_store"].items() if key.startswith("c2pa.ingredient"))
    return whole["manifests"], ingredient["validationResults"]["activeManifest"]


def _to_redact(manifests: Json, private: bool) -> Iterator[str]:
    claims = {label: manifest["claim"] for label, manifest in manifests.items()}
    gone = {address for claim in claims.values() for address in claim.get("redacted_assertions") or ()}
    for label, claim in claims.items():
        for kind in ("created_assertions", "gathered_assertions", "assertions"):
            for reference in claim.get(kind) or ():
                name = reference["url"].rpartition("/")[2]
                address = f"self#jumbf=/c2pa/{label}/c2pa.assertions/{name}"
                hidden = name.startswith(_SHOWING) if private else not name.startswith(_NOT_PRIVATE)
                if hidden and address not in gone and not name.startswith(_NEVER_REDACTED):
                    yield address
