"""What C2PA's reader finds in a file, as our own types. Nothing outside the file is fetched."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field

import c2pa

from influencer_style.provenance.manifest import RECORD_LABEL
from influencer_style.provenance.manifest_store import (
    ABOUT_THE_SIGNER,
    NO_HOSTS,
    OFFLINE,
    PURPOSES,
    Json,
    excess,
    store_of,
)
from influencer_style.storage.text import short

# What fails if a photo and its manifest do not belong together although the manifest itself is as it was signed.
_OF_THE_PHOTO = {f"assertion.{kind}Hash.mismatch" for kind in ("data", "bmff", "boxes", "collection")}
_SIGNER = {"organisation": "issuer", "name": "common_name", "serial": "cert_serial_number", "algorithm": "alg"}


class UnreadableError(Exception):
    """There is, or was, a manifest, but it cannot be read."""


@dataclass(frozen=True)
class ParentManifest:
    """The manifest of the photo that a picture was made from; all False and empty for a photo without one."""

    found: bool = False  # whether the photo's own manifest is in the file
    intact: bool = False  # whether it is as it was signed, except for what was redacted
    trusted: bool = False  # whether it is intact, and one of the anchors vouches for its signer
    matched: bool = False  # whether the photo agreed with it when it was opened, according to the picture's signer
    redacted: int = 0  # the number of parts that were removed from it, or from the manifests of its own sources
    signer: dict[str, str] = field(default_factory=dict)  # the signer, as in `Manifest`
    generator: str = ""  # the program that made it


@dataclass(frozen=True)
class Manifest:
    """A file's active manifest."""

    trusted: bool  # whether it holds, and one of the anchors vouches for its signer
    holds: bool  # whether file and manifest are as they were signed, whoever signed
    failed: list[str]  # C2PA's codes of what failed
    record: Json | None  # the record that this software wrote; None if another program made the manifest
    signer: dict[str, str]  # organisation, name, serial and algorithm, as the certificate has them
    generator: str  # the program that made it
    source_type: str  # the last part of IPTC's term for the kind of picture; empty if none is given
    stamped: str  # the time of signing according to a trusted time stamp, or empty
    # The manifest of the photo that the picture was made from; None if it names none
    parent: ParentManifest | None = None


def read_manifest(data: bytes, media_type: str, anchors: bytes) -> Manifest | None:
    """Return what a file's manifest says and whether it holds; None if the file has none.

    `anchors` are the certificates of the authorities to trust, PEM, and may be empty. Raises UnreadableError when there
    is a manifest that cannot be read, or is too large.
    """
    if too_much := excess(store_of(data)):
        raise UnreadableError(f"it has more than {too_much}")
    settings: Json = {"core": NO_HOSTS, "verify": OFFLINE, "trust": {"trust_config": PURPOSES}}
    if anchors:
        settings["trust"]["trust_anchors"] = anchors.decode("ascii")
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            return _manifest(reader)
    except c2pa.C2paError.ManifestNotFound:
        return None
    except (c2pa.C2paError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # A remote manifest is not fetched: it counts as absent.
        if str(error).startswith("Remote") or b"c2pa" not in data:
            return None
        raise UnreadableError(short(str(error))) from error


def _manifest(reader: c2pa.Reader) -> Manifest:
    whole, results = json.loads(reader.json()), reader.get_validation_results()
    manifests, active = whole["manifests"], whole["active_manifest"]
    manifest, checked = manifests[active], results["activeManifest"]
    signed_at = (manifest.get("signature_info") or {}).get("time") or ""
    passed = {status["code"] for status in checked["success"]}
    failed = [status["code"] for status in checked["failure"]]
    # A fault of the signer alone (unknown, expired) leaves the bytes as they were signed.
    only_the_signer = bool(failed) and all(code.startswith("signingCredential.") for code in failed)
    of_parents = []
    for ingredient in results.get("ingredientDeltas") or []:
        of_parents += [status["code"] for status in ingredient["validationDeltas"]["failure"]]
    # Who signed the photo that the picture was made from, and when, says nothing of the picture's own signer.
    broken = [code for code in of_parents if not code.startswith(ABOUT_THE_SIGNER)]
    holds = not broken and (reader.get_validation_state() in ("Trusted", "Valid") or only_the_signer)
    kinds = (action.get("digitalSourceType") for action in _actions(manifest))
    return Manifest(
        trusted=holds and not failed and "signingCredential.trusted" in passed,
        holds=holds,
        failed=failed + broken,
        record=_record(json.loads(reader.crjson()), active),
        signer=_signer(manifest),
        generator=_generator(manifest),
        source_type=short(next((kind for kind in kinds if isinstance(kind, str)), "").rpartition("/")[2]),
        stamped=short(str(signed_at)) if "timeStamp.trusted" in passed else "",
        parent=_parent(manifests, active, results.get("ingredientDeltas") or []),
    )


def _signer(manifest: Json) -> dict[str, str]:
    signature = manifest.get("signature_info") or {}
    signer = {ours: short(str(signature.get(theirs) or "")) for ours, theirs in _SIGNER.items()}
    return signer | {"algorithm": signer["algorithm"].lower()}


def _generator(manifest: Json) -> str:
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return short(f"{generator.get('name', '')} {generator.get('version', '')}".strip())


def _parent(manifests: Json, active: str, deltas: list[Json]) -> ParentManifest | None:
    parents = [one for one in manifests[active].get("ingredients") or [] if one.get("relationship") == "parentOf"]
    if not parents:
        return None
    manifest = manifests.get(parents[0].get("active_manifest"))
    if manifest is None:
        return ParentManifest()
    address = f"/{active}/c2pa.assertions/{parents[0]['label']}"
    now = {
        status["code"]
        for delta in deltas
        if delta["ingredientAssertionURI"].endswith(address)
        for kind in ("success", "informational")
        for status in delta["validationDeltas"][kind]
    }
    # The deltas do not repeat what was found when the photo was opened and is found again now.
    then = (parents[0].get("validation_results") or {}).get("activeManifest") or {"success": [], "failure": []}
    failed = [status["code"] for status in then["failure"] if not status["code"].startswith(ABOUT_THE_SIGNER)]
    # If something was removed from a manifest, its signature is checked instead of the whole.
    intact = bool(now & {"ingredient.manifest.validated", "ingredient.claimSignature.validated"}) and all(
        code in _OF_THE_PHOTO for code in failed
    )
    return ParentManifest(
        found=True,
        intact=intact,
        trusted=intact and "signingCredential.trusted" in now,
        matched=bool(then["success"]) and not failed,
        redacted=sum(action.get("action") == "c2pa.redacted" for action in _actions(manifests[active])),
        signer=_signer(manifest),
        generator=_generator(manifest),
    )


def _record(whole: Json, label: str) -> Json | None:
    # From this form, as the reader's usual one turns a list of numbers into base 64.
    records = (one["assertions"].get(RECORD_LABEL) for one in whole["manifests"] if one["label"] == label)
    return next((record for record in records if isinstance(record, dict)), None)


def _actions(manifest: Json) -> list[Json]:
    found = manifest.get("assertions") or []
    return [action for one in found if one["label"].startswith("c2pa.actions") for action in one["data"]["actions"]]
