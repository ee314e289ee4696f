"""What a picture's file proves, what it only says, and what it leaves open: three things that are kept apart.

Only bytes that are here are looked at: no manifest, certificate or trust list is fetched.
"""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import c2pa
from cryptography import x509

from influencer_style.photos.decode import MAX_BYTES
from influencer_style.provenance import words
from influencer_style.provenance.credentials import handed_out, known_authorities
from influencer_style.provenance.manifest import NO_HOSTS, OFFLINE, PURPOSES, RECORD_LABEL
from influencer_style.provenance.record import NotAPictureError, RecordError, read_record

State = Literal["proven", "unknown signer", "altered", "no manifest"]
_STARTS = ((b"\xff\xd8\xff", 0, "image/jpeg"), (b"\x89PNG\r\n\x1a\n", 0, "image/png"), (b"WEBP", 8, "image/webp"))


class VerificationError(ValueError):
    """A file cannot be looked at; the message names it and says why."""


class AnchorsError(ValueError):
    """What was given as certificates of authorities is none."""


@dataclass(frozen=True)
class Verification:
    """What is to be said of one picture.

    Attributes:
        path: the file, as it was named.
        state: `proven` (unchanged since somebody signed it whom a known authority vouches for), `unknown signer`
            (unchanged since somebody signed it), `altered`, or `no manifest`.
        proven: what nobody but the signer can have brought about, in sentences.
        known: what the signer says, in sentences; without a manifest, what anybody may have written.
        not_proven: what stays open, and what would settle it, in sentences.
        record: what this software wrote of how the picture was made; None when there is nothing.
        signer: organisation, name, serial and algorithm of the certificate; empty without a manifest.
        codes: C2PA's own codes of what failed.
    """

    path: str
    state: State
    proven: list[str]
    known: list[str]
    not_proven: list[str]
    record: dict[str, Any] | None = None
    signer: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)


def verify(path: str | Path, anchors: bytes | None = None) -> Verification:
    """Return what the file at ``path`` proves, and what it does not.

    Args:
        path: of a JPEG, PNG or WebP file.
        anchors: certificates (PEM) of authorities to trust, beside this user's own.

    Raises:
        VerificationError: when there is no such file, it is too large, or it is no picture of these formats.
        AnchorsError: when ``anchors`` holds no certificates.
        CredentialsError: when the user's own certificates are named, but cannot be read.
    """
    if anchors is not None:
        check_anchors(anchors)
    data, media_type = _read(Path(path))
    try:
        found, whose = _manifest(data, media_type, known_authorities()), "an authority of yours"
        if found and found["state"] == "Valid" and anchors:
            found, whose = _manifest(data, media_type, anchors), "an authority you gave"
    except _UnreadableError as error:
        return Verification(str(path), "altered", [], [], [words.damaged(str(error)), *words.never_proven()])
    if found is None:
        record = _record(path)
        return Verification(
            str(path), "no manifest", [], words.known(record or {}), words.without_manifest(record is not None), record
        )
    state, record, signer, codes = _state(found), found["record"], found["signer"], found["failed"]
    proven: list[str] = []
    if state == "altered":
        open_points = [words.altered(codes), *words.never_proven()]
    else:
        proven.append(words.unchanged(signer, media_type))
        if found["stamped"]:
            proven.append(words.stamped(found["stamped"]))
        if state == "proven":
            proven.append(words.vouched(signer, whose))
            open_points = []
        else:
            open_points = [words.unknown(signer, codes)]
        ours = state == "proven" and whose == "an authority of yours"
        open_points += words.beyond_the_signer(bool(found["stamped"]), str(handed_out()) if ours else "")
    known = words.known(record or {}, found["generator"], found["source_type"], manifest=True)
    return Verification(str(path), state, proven, known, open_points, record, signer, codes)


def check_anchors(anchors: bytes) -> None:
    """Raise AnchorsError unless ``anchors`` holds certificates as PEM."""
    try:
        x509.load_pem_x509_certificates(anchors)
    except ValueError as error:
        raise AnchorsError("holds no certificate; give an authority's certificate as PEM") from error


class _UnreadableError(Exception):
    """There is a manifest, or was, but nothing can be made of it."""


def _read(path: Path) -> tuple[bytes, str]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a named pipe would block the open
            raise VerificationError(f"{path} is not a file; name a picture")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, VerificationError):
            raise
        raise VerificationError(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or error}); check name and rights"
        ) from error
    if len(data) > MAX_BYTES:
        raise VerificationError(f"{path} has more than {MAX_BYTES / 1e6:.0f} MB, which are not looked at")
    for start, at, media_type in _STARTS:
        if data[at:].startswith(start):
            return data, media_type
    raise VerificationError(f"{path} is not a JPEG, PNG or WebP picture; name another file")


def _manifest(data: bytes, media_type: str, anchors: bytes) -> dict[str, Any] | None:
    """Return what C2PA's reader says of the manifest that counts, in our own words; None when there is none."""
    settings: dict[str, Any] = {"core": NO_HOSTS, "verify": OFFLINE, "trust": {"trust_config": PURPOSES}}
    if anchors:
        settings["trust"]["trust_anchors"] = anchors.decode()
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            manifest = reader.get_active_manifest()
            state, results = reader.get_validation_state(), reader.get_validation_results()
    except c2pa.C2paError.ManifestNotFound:
        return None
    except (c2pa.C2paError, ValueError, KeyError, RecursionError) as error:
        # What is kept elsewhere is not fetched: it counts as not there.
        if str(error).startswith("Remote") or b"c2pa" not in data:
            return None
        raise _UnreadableError(words.plain(str(error))) from error
    if manifest is None or results is None:
        raise _UnreadableError("no manifest is the active one")
    checked = results.get("activeManifest") or {}
    passed = [status["code"] for status in checked.get("success", [])]
    failed = [status["code"] for status in checked.get("failure", [])]
    for ingredient in results.get("ingredientDeltas") or []:
        failed += [status["code"] for status in ingredient.get("validationDeltas", {}).get("failure", [])]
    signature = manifest.get("signature_info") or {}
    names = {"organisation": "issuer", "name": "common_name", "serial": "cert_serial_number", "algorithm": "alg"}
    signer = {ours: words.plain(str(signature.get(theirs) or "")) for ours, theirs in names.items()}
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return {
        "state": state,
        "failed": failed,
        "record": _assertion(manifest, RECORD_LABEL),
        "signer": signer | {"algorithm": signer["algorithm"].lower()},
        "generator": words.plain(f"{generator.get('name', '')} {generator.get('version', '')}".strip()),
        "source_type": _source_type(_assertion(manifest, "c2pa.actions") or {}),
        "stamped": words.plain(str(signature.get("time") or "")) if "timeStamp.trusted" in passed else "",
    }


def _state(found: dict[str, Any]) -> State:
    if found["state"] == "Trusted":
        return "proven"
    # What is wrong with the signer alone (unknown, expired) leaves the bytes as they were signed.
    only_the_signer = all(code.startswith("signingCredential.") for code in found["failed"])
    return "unknown signer" if found["state"] == "Valid" or (found["failed"] and only_the_signer) else "altered"


def _assertion(manifest: dict[str, Any], label: str) -> dict[str, Any] | None:
    """Return the data of the first assertion with this label, whatever its version."""
    for assertion in manifest.get("assertions", []):
        if assertion.get("label", "").removesuffix(".v2") == label and isinstance(assertion.get("data"), dict):
            return assertion["data"]
    return None


def _source_type(actions: dict[str, Any]) -> str:
    for action in actions.get("actions", []):
        if isinstance(action, dict) and isinstance(action.get("digitalSourceType"), str):
            return words.plain(action["digitalSourceType"].rpartition("/")[2])
    return ""


def _record(path: str | Path) -> dict[str, Any] | None:
    """Return the record beside the manifest, which nobody signed; None when there is none that can be read."""
    try:
        return read_record(path)
    except NotAPictureError as error:
        raise VerificationError(str(error)) from error
    except RecordError:
        return None
