"""Verification in words: each phrase says one thing, and no more than the file supports.

Whatever a file says of itself may come from a stranger: it is shortened, and cleared of terminal control characters.
"""

from __future__ import annotations

from collections.abc import Mapping

from influencer_style.provenance.formats import WRITTEN
from influencer_style.provenance.reader import ParentManifest
from influencer_style.storage.text import short

_FORMATS = {kind.media_type: kind.name for kind in WRITTEN.values()}
_ASK = "ask for the original file"
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


def unchanged(signer: Mapping[str, str], media_type: str) -> str:
    """Say that a file is as it was signed, apart from bytes that only pad the signature and mean nothing."""
    kind = _FORMATS[media_type]
    return f"this {kind} file's picture, and what is known of it, are as they were when signed ({signer['algorithm']})"


def vouched(signer: Mapping[str, str], whose: str) -> str:
    """Say who signed, and who vouches for the signer."""
    return f"signed by {_who(signer)}, for whom {whose} vouches"


def stamped(time: str) -> str:
    """Say when it was signed."""
    return f"signed at {time}, according to a time stamp"


def parent_known(parent: ParentManifest) -> str:
    """Say what the signer says of the photo that the picture was made from."""
    if not parent.found:
        return "made from: a photo without Content Credentials"
    start = f"made from: a photo with Content Credentials{f' by {parent.generator}' if parent.generator else ''}"
    if not parent.intact:
        return f"{start} that name {_who(parent.signer)} as their signer, but are not as they were signed"
    agreed = "agreed" if parent.matched else "did not agree"
    return f"{start}, signed by {_who(parent.signer)}; when it was opened, photo and credentials {agreed}"


def parent_proven(parent: ParentManifest) -> list[str]:
    """Return what the file proves of the Content Credentials of the photo that the picture was made from."""
    if not parent.intact:
        return []
    removed = f", except {parent.redacted} parts that were removed for privacy" if parent.redacted else ""
    authority = ", for whom an authority known here vouches" if parent.trusted else ""
    return [
        "the photo's Content Credentials in this file are as they were signed by "
        f"{_who(parent.signer)}{authority}{removed}"
    ]


def parent_open(parent: ParentManifest) -> list[str]:
    """Return what stays open of the photo that the picture was made from."""
    if not parent.found:
        return []
    said = ["that photo and Content Credentials belonged together: the photo is not here, so it is the signer's word"]
    if not parent.trusted:
        who = f"no authority known here vouches for {_who(parent.signer)}"
        why = who if parent.intact else "they are not as they were signed"
        said.append(f"who signed the photo's Content Credentials: {why}")
    return said


def unknown(signer: Mapping[str, str], codes: list[str]) -> str:
    """Say why a signer is not known, and what would settle it."""
    who = _who(signer)
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


def altered(codes: list[str]) -> str:
    """Say that file and signature do not agree."""
    failed = ", ".join(short(code) for code in dict.fromkeys(codes))
    return (
        f"anything: the file and its signature do not agree ({failed}): it was changed or damaged after it was signed, "
        f"and what it says of itself may have been changed too; {_ASK}"
    )


def damaged(why: str) -> str:
    """Say that there is a manifest which cannot be read."""
    return f"anything: the file holds a manifest that cannot be read ({why}); {_ASK}"


def broken(why: str) -> str:
    """Say that a file is damaged although its signature holds."""
    return (
        f"anything: the file is damaged ({why}), and other programs may not open it, although its signed content is "
        f"unchanged; {_ASK}"
    )


def without_manifest(record: bool) -> list[str]:
    """Return what stays open of a file without a manifest, with or without a record in it."""
    first = (
        "anything: the file holds a record, but no signature, and anybody can write or copy a record"
        if record
        else "anything: the file says nothing of itself, neither that it was made by a model nor that it was not"
    )
    return [
        first,
        "where the manifest is: it was never written, was dropped by a program that saved the file since, or is kept "
        f"elsewhere (nothing is fetched); {_ASK}",
    ]


def never_proven() -> list[str]:
    """Return what no signature proves."""
    return ["whose face it is, and that this person agreed: a consent is the signer's word"]


def beyond_the_signer(timed: bool, handed_out: str = "") -> list[str]:
    """Return what stays open of a file that is as it was signed.

    Args:
        timed: Whether a trusted time stamp says when it was signed.
        handed_out: The certificate file that others need; empty if it is not this user's.
    """
    said = ["that what is known is true: it is the signer's word", *never_proven()]
    if not timed:
        said.append("when it was signed: there is no time stamp of an authority")
    said.append("that the signer is on C2PA's public trust list: this is not looked up")
    if handed_out:
        said.append(f"anything to others, until they have your authority's certificate: {handed_out}")
    return said


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
