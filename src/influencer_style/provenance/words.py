"""Verification in words: each phrase says one thing, and no more than the file supports.

Whatever a file says of itself may come from a stranger: it is shortened, and cleared of terminal control characters.
"""

from __future__ import annotations

from collections.abc import Mapping

from influencer_style.provenance.formats import WRITTEN
from influencer_style.provenance.reader import Manifest, ParentManifest
from influencer_style.storage.text import short

_FORMATS = {kind.media_type: kind.name for kind in WRITTEN.values()}
_NEVER_PROVEN = "whose face it is, and that this person agreed: a consent is the signer's word"
_SOURCE_TYPES = {
    "compositeWithTrainedAlgorithmicMedia": "a photo that a trained model changed",
    "trainedAlgorithmicMedia": "a picture that a trained model made",
}


def known(
    record: Mapping[str, object], generator: str = "", source_type: str = "", manifest: bool = False
) -> list[str]:
    """Return what is said of how a picture was made."""
    said = []
    if generator:
        said.append(f"made by {generator}")
    if source_type:
        said.append(f"kind: {_SOURCE_TYPES.get(source_type, source_type)}")
    if manifest and not record:
        said.append("how it was made is not said: the manifest holds no record of this software")
    if looks := record.get("looks"):
        strength = f", strength {_value(record['strength'])}" if "strength" in record else ""
        said.append(f"look: {_shares(looks)}{strength}")
    if fingerprint := record.get("model_fingerprint"):
        model = record.get("model_version") or record.get("model") or "model"
        said.append(f"model: {_value(model)}, fingerprint {_value(fingerprint)[:16]}")
    for key, title in (
        ("regions", "regions"),
        ("way", "way from noise to the picture"),
        ("seed", "seed"),
        ("number", "number of the portrait"),
        ("reference", "reference photo"),
        ("source_sha256", "SHA-256 of the photo it was made from"),
    ):
        if record.get(key) not in (None, "", {}, []):
            said.append(f"{title}: {_value(record[key])}")
    consents = record.get("consents")
    for name, consent in consents.items() if isinstance(consents, Mapping) else ():
        said.append(f"consent for {short(str(name))}: {_value(consent)}")
    if written := record.get("written"):
        said.append(f"written: {_value(written)}, by the clock of the machine that wrote it")
    return said


def findings(found: Manifest, media_type: str, whose: str, handed_out: str = "") -> tuple[list[str], list[str]]:
    """Return what a manifest that holds proves, and what it leaves open.

    Bytes that only pad its signature mean nothing, and are not covered by it. `whose` authority vouches for a trusted
    signer; `handed_out` is the file of its certificate, which others need, and empty if it is not this user's.
    """
    who, signed = _who(found.signer), f"as they were when signed ({found.signer['algorithm']})"
    proven = [f"this {_FORMATS[media_type]} file's picture, and what is known of it, are {signed}"]
    if found.stamped:
        proven.append(f"signed at {found.stamped}, according to a time stamp")
    if found.trusted:
        proven.append(f"signed by {who}, for whom {whose} vouches")
    not_proven = [] if found.trusted else [_unknown(who, found.failed)]
    not_proven += ["that what is known is true: it is the signer's word", _NEVER_PROVEN]
    if not found.stamped:
        not_proven.append("when it was signed: there is no time stamp of an authority")
    not_proven.append("that the signer is on C2PA's public trust list: this is not looked up")
    if handed_out:
        not_proven.append(f"anything to others, until they have your authority's certificate: {handed_out}")
    if found.parent:
        proven += _parent_proven(found.parent)
        not_proven += _parent_open(found.parent)
    return proven, not_proven


def nothing_proven(why: str) -> list[str]:
    """Return what stays open of a file that proves nothing."""
    return [f"anything: {why}; ask for the original file", _NEVER_PROVEN]


def altered(codes: list[str]) -> str:
    """Say that file and signature do not agree, with C2PA's codes of what failed."""
    failed = ", ".join(short(code) for code in dict.fromkeys(codes))
    since = "it was changed or damaged after it was signed, and what it says of itself may have been changed too"
    return f"the file and its signature do not agree ({failed}): {since}"


def without_manifest(record: bool) -> list[str]:
    """Return what stays open of a file without a manifest, with or without a record in it."""
    why = "the file says nothing of itself, neither that it was made by a model nor that it was not"
    if record:
        why = "the file holds a record, but no signature, and anybody can write or copy a record"
    where = "it was never written, was dropped by a program that saved the file since, or is kept elsewhere"
    remedy = "(nothing is fetched); ask for the original file"
    return [f"anything: {why}", f"where the manifest is: {where} {remedy}"]


def parent_known(parent: ParentManifest) -> str:
    """Say what the signer says of the photo that the picture was made from."""
    if not parent.found:
        return "made from: a photo without Content Credentials"
    start = f"made from: a photo with Content Credentials{f' by {parent.generator}' if parent.generator else ''}"
    if not parent.intact:
        return f"{start} that name {_who(parent.signer)} as their signer, but are not as they were signed"
    agreed = "agreed" if parent.matched else "did not agree"
    return f"{start}, signed by {_who(parent.signer)}; when it was opened, photo and credentials {agreed}"


def _parent_proven(parent: ParentManifest) -> list[str]:
    """Return what the file proves of the Content Credentials of the photo that the picture was made from."""
    if not parent.intact:
        return []
    removed = f", except {parent.redacted} parts that were removed for privacy" if parent.redacted else ""
    who = _who(parent.signer) + (", for whom an authority known here vouches" if parent.trusted else "")
    return [f"the photo's Content Credentials in this file are as they were signed by {who}{removed}"]


def _parent_open(parent: ParentManifest) -> list[str]:
    """Return what stays open of the photo that the picture was made from."""
    if not parent.found:
        return []
    said = ["that photo and Content Credentials belonged together: the photo is not here, so it is the signer's word"]
    if not parent.trusted:
        who = f"no authority known here vouches for {_who(parent.signer)}"
        why = who if parent.intact else "they are not as they were signed"
        said.append(f"who signed the photo's Content Credentials: {why}")
    return said


def _unknown(who: str, codes: list[str]) -> str:
    """Say why a signer is not known, and what would settle it."""
    if "signingCredential.expired" in codes:
        return (
            f"who signed: the certificate of {who} has expired, and no trusted time stamp says that the file is older; "
            "ask for the file signed anew"
        )
    if "signingCredential.invalid" in codes:
        return f"who signed: the certificate of {who} is not made for signing pictures"
    return (
        f"who signed: the certificate says {who}, but no authority known here vouches for it, and anybody may use a "
        "name; get the authority's certificate from the signer, in a way you trust, and give it with --anchors"
    )


def _who(signer: Mapping[str, str]) -> str:
    name, organisation = signer["name"] or "an unnamed signer", signer["organisation"]
    return f"{name} ({organisation})" if organisation else name


def _shares(looks: object) -> str:
    if not isinstance(looks, Mapping):
        return _value(looks)
    shares = (
        f"{name} {share:.0%}" if isinstance(share, int | float) else f"{name} {share}" for name, share in looks.items()
    )
    return short(", ".join(shares))


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return short("; ".join(f"{key} {_value(inner)}" for key, inner in list(value.items())[:20]))
    if isinstance(value, list | tuple):
        return short(" ".join(_value(inner) for inner in value[:20]))
    return short(str(value))
