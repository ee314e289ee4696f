"""What C2PA's reader finds in a file, in our own words. Nothing that is not in the file is fetched."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import c2pa

from influencer_style.provenance.manifest import RECORD_LABEL
from influencer_style.provenance.manifest_store import excess, store_of
from influencer_style.provenance.parent_manifest import ABOUT_THE_SIGNER, ParentManifest
from influencer_style.provenance.settings import NO_HOSTS, OFFLINE, PURPOSES
from influencer_style.storage.text import short

# What fails where a photo and its manifest do not belong together, and the manifest itself is as it was signed.
_OF_THE_PHOTO = {f"assertion.{kind}Hash.mismatch" for kind in ("data", "bmff", "boxes", "collection")}
_SIGNER = {"organisation": "issuer", "name": "common_name", "serial": "cert_serial_number", "algorithm": "alg"}


class UnreadableError(Exception):
    """There is a manifest, or was, but nothing can be made of it."""


@dataclass(frozen=True)
class Manifest:
    """The manifest that counts, of those that a file may have.

    Attributes:
        trusted: it holds, and one of the anchors vouches for its signer.
        holds: file and manifest are as they were signed, whoever signed.
        failed: C2PA's codes of what failed.
        record: what this software wrote; None when it did not write.
        signer: organisation, name, serial and algorithm, as the certificate has them.
        generator: the program that made it.
        source_type: the last part of IPTC's term for the kind of picture; empty when none is given.
        stamped: when it was signed, as a time stamp that can be trusted says; else empty.
        parent: what it says of the photo that the picture was made from; None where it names none.
    """

    trusted: bool
    holds: bool
    failed: list[str]
    record: dict[str, Any] | None
    signer: dict[str, str]
    generator: str
    source_type: str
    stamped: str
    parent: ParentManifest | None = None


def read_manifest(data: bytes, media_type: str, anchors: bytes) -> Manifest | None:
    """Return what a file's manifest says and how far it holds; None when there is none in the file.

    Args:
        data: the file.
        media_type: such as `image/png`.
        anchors: certificates of the authorities to trust, PEM; may be empty.

    Raises:
        UnreadableError: when there is a manifest that cannot be read, or is too large to be looked at.
    """
    if too_much := excess(store_of(data)):
        raise UnreadableError(f"it has more than {too_much}")
    settings: dict[str, Any] = {"core": NO_HOSTS, "verify": OFFLINE, "trust": {"trust_config": PURPOSES}}
    if anchors:
        settings["trust"]["trust_anchors"] = anchors.decode("ascii")
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            whole = json.loads(reader.json())
            return _in_our_words(
                whole["manifests"],
                whole["active_manifest"],
                reader.get_validation_state(),
                reader.get_validation_results(),
                _record(json.loads(reader.crjson()), whole["active_manifest"]),
            )
    except c2pa.C2paError.ManifestNotFound:
        return None
    except (c2pa.C2paError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # What is kept elsewhere is not fetched: it counts as not there.
        if str(error).startswith("Remote") or b"c2pa" not in data:
            return None
        raise UnreadableError(short(str(error))) from error


def _in_our_words(
    manifests: dict[str, Any], active: str, state: str, results: dict[str, Any], record: dict[str, Any] | None
) -> Manifest:
    manifest, checked = manifests[active], results["activeManifest"]
    signed_at = (manifest.get("signature_info") or {}).get("time") or ""
    passed = {status["code"] for status in checked["success"]}
    failed = [status["code"] for status in checked["failure"]]
    # What is wrong with the signer alone (unknown, expired) leaves the bytes as they were signed.
    only_the_signer = bool(failed) and all(code.startswith("signingCredential.") for code in failed)
    of_parents = []
    for ingredient in results.get("ingredientDeltas") or []:
        of_parents += [status["code"] for status in ingredient["validationDeltas"]["failure"]]
    # Who signed what the picture was made from, and when, says nothing of the picture's own signer.
    broken = [code for code in of_parents if not code.startswith(ABOUT_THE_SIGNER)]
    holds = not broken and (state in ("Trusted", "Valid") or only_the_signer)
    return Manifest(
        trusted=holds and not failed and "signingCredential.trusted" in passed,
        holds=holds,
        failed=failed + broken,
        record=record,
        signer=_signer(manifest),
        generator=_generator(manifest),
        source_type=_source_type(manifest),
        stamped=short(str(signed_at)) if "timeStamp.trusted" in passed else "",
        parent=_parent(manifests, active, results.get("ingredientDeltas") or []),
    )


def _signer(manifest: dict[str, Any]) -> dict[str, str]:
    signature = manifest.get("signature_info") or {}
    signer = {ours: short(str(signature.get(theirs) or "")) for ours, theirs in _SIGNER.items()}
    return signer | {"algorithm": signer["algorithm"].lower()}


def _generator(manifest: dict[str, Any]) -> str:
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return short(f"{generator.get('name', '')} {generator.get('version', '')}".strip())


def _parent(manifests: dict[str, Any], active: str, deltas: list[dict[str, Any]]) -> ParentManifest | None:
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
    # What was found when the photo was opened, and is found again now, is not repeated in the deltas.
    then = (parents[0].get("validation_results") or {}).get("activeManifest") or {"success": [], "failure": []}
    failed = [status["code"] for status in then["failure"] if not status["code"].startswith(ABOUT_THE_SIGNER)]
    # Of manifests of which something was removed, the signature is checked instead of the whole.
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


def _record(whole: dict[str, Any], label: str) -> dict[str, Any] | None:
    # From this form: the reader's usual one turns a list of numbers into base 64.
    for manifest in whole["manifests"]:
        record = manifest["assertions"].get(RECORD_LABEL)
        if manifest["label"] == label and isinstance(record, dict):
            return record
    return None


def _source_type(manifest: dict[str, Any]) -> str:
    for action in _actions(manifest):
        if isinstance(action.get("digitalSourceType"), str):
            return short(action["digitalSourceType"].rpartition("/")[2])
    return ""


def _actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = manifest.get("assertions") or []
    return [action for one in found if one["label"].startswith("c2pa.actions") for action in one["data"]["actions"]]
