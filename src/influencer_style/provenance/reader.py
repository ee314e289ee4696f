"""What C2PA's reader finds in a file, in our own words. Nothing that is not in the file is fetched."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import c2pa

from influencer_style.provenance.manifest import NO_HOSTS, OFFLINE, PURPOSES, RECORD_LABEL
from influencer_style.storage.text import short

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
    """

    trusted: bool
    holds: bool
    failed: list[str]
    record: dict[str, Any] | None
    signer: dict[str, str]
    generator: str
    source_type: str
    stamped: str


def read_manifest(data: bytes, media_type: str, anchors: bytes) -> Manifest | None:
    """Return what a file's manifest says and how far it holds; None when there is none in the file.

    Args:
        data: the file.
        media_type: such as `image/png`.
        anchors: certificates of the authorities to trust, PEM; may be empty.

    Raises:
        UnreadableError: when there is a manifest that cannot be read.
    """
    settings: dict[str, Any] = {"core": NO_HOSTS, "verify": OFFLINE, "trust": {"trust_config": PURPOSES}}
    if anchors:
        settings["trust"]["trust_anchors"] = anchors.decode("ascii")
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            return _in_our_words(
                reader.get_active_manifest(),
                reader.get_validation_state(),
                reader.get_validation_results(),
                json.loads(reader.crjson()),
            )
    except c2pa.C2paError.ManifestNotFound:
        return None
    except (c2pa.C2paError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # What is kept elsewhere is not fetched: it counts as not there.
        if str(error).startswith("Remote") or b"c2pa" not in data:
            return None
        raise UnreadableError(short(str(error))) from error


def _in_our_words(manifest: dict[str, Any], state: str, results: dict[str, Any], whole: dict[str, Any]) -> Manifest:
    checked = results["activeManifest"]
    passed = {status["code"] for status in checked["success"]}
    failed = [status["code"] for status in checked["failure"]]
    for ingredient in results.get("ingredientDeltas") or []:
        failed += [status["code"] for status in ingredient["validationDeltas"]["failure"]]
    # What is wrong with the signer alone (unknown, expired) leaves the bytes as they were signed.
    only_the_signer = bool(failed) and all(code.startswith("signingCredential.") for code in failed)
    signature = manifest.get("signature_info") or {}
    signer = {ours: short(str(signature.get(theirs) or "")) for ours, theirs in _SIGNER.items()}
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return Manifest(
        trusted=state == "Trusted",
        holds=state in ("Trusted", "Valid") or only_the_signer,
        failed=failed,
        record=_record(whole, manifest["label"]),
        signer=signer | {"algorithm": signer["algorithm"].lower()},
        generator=short(f"{generator.get('name', '')} {generator.get('version', '')}".strip()),
        source_type=_source_type(manifest),
        stamped=short(str(signature.get("time") or "")) if "timeStamp.trusted" in passed else "",
    )


def _record(whole: dict[str, Any], label: str) -> dict[str, Any] | None:
    # From this form: the reader's usual one turns a list of numbers into base 64.
    for manifest in whole["manifests"]:
        record = manifest["assertions"].get(RECORD_LABEL)
        if manifest["label"] == label and isinstance(record, dict):
            return record
    return None


def _source_type(manifest: dict[str, Any]) -> str:
    for assertion in manifest.get("assertions", []):
        if not assertion["label"].startswith("c2pa.actions"):
            continue
        for action in assertion["data"]["actions"]:
            if isinstance(action.get("digitalSourceType"), str):
                return short(action["digitalSourceType"].rpartition("/")[2])
    return ""
