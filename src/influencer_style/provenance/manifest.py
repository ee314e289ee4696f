"""A picture's C2PA manifest: a signed record of what made it, bound to every byte of the file.

The manifest holds no pixels (no thumbnail, no source photo), and nothing goes over the network. The photo that the
picture was made from is named as its parent, with the photo's own Content Credentials if it had any.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Mapping

import c2pa

from influencer_style.photos.original import Parent
from influencer_style.provenance.authority import Credentials
from influencer_style.provenance.formats import WRITTEN
from influencer_style.provenance.manifest_store import NO_HOSTS, OFFLINE, PURPOSES, Json
from influencer_style.provenance.parent import LABEL
from influencer_style.provenance.record import COMPOSITE
from influencer_style.version import __version__

logger = logging.getLogger(__name__)

RECORD_LABEL = "influencer_style.record"
# A signed file is read again, 10 ms for 12 megapixels, so that a file whose manifest does not hold is never written.
# Whether the signer is trusted is a question for `verify`.
_SETTINGS = {
    "core": NO_HOSTS,
    "trust": {"trust_config": PURPOSES},
    "verify": OFFLINE | {"verify_after_sign": True, "verify_trust": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_AGENT = {"name": "influencer_style", "version": __version__}


class SigningError(ValueError):
    """A file could not be signed; the message says why."""


def signed(
    file: bytes,
    suffix: str,
    record: Mapping[str, object],
    credentials: Credentials,
    source_type: str = COMPOSITE,
    parent: Parent | None = None,
) -> bytes:
    """Return a picture's file with a signed manifest in it.

    Args:
        file: The JPEG, PNG, WebP or AVIF file.
        suffix: One of `formats.WRITTEN`.
        record: What made the picture, as plain data. Numbers are kept to 15 digits, whole ones of 64 bits exactly.
        credentials: The credentials to sign with.
        source_type: A term of IPTC's digital source types, such as `record.COMPOSITE` or `record.GENERATED`.
        parent: The photo that the picture was made from; None if there was none, or it was not a file.

    Raises:
        SigningError: when `file` is not such a picture, or the credentials are refused.
        ValueError: when a number of the record is not finite.
    """
    media_type = WRITTEN[suffix].media_type
    if parent is not None and parent.credentials:
        try:
            definition = _definition(record, source_type, parent)
            return _signed(file, media_type, definition, credentials, parent.credentials)
        except SigningError as error:
            # `parent_of` could read them, and yet they may be impossible to write: a photo must not end a run.
            logger.warning("the photo's own Content Credentials cannot be kept (%s)", error)
            parent = Parent(parent.media_type)
    return _signed(file, media_type, _definition(record, source_type, parent), credentials)


def _definition(record: Mapping[str, object], source_type: str, parent: Parent | None) -> str:
    assertions = [
        {"label": "c2pa.actions.v2", "created": True, "data": {"actions": _actions(source_type, parent)}},
        {"label": RECORD_LABEL, "created": True, "kind": "Json", "data": record},
    ]
    definition: Json = {"claim_generator_info": [_AGENT], "assertions": assertions}
    if parent is not None and not parent.credentials:
        definition["ingredients"] = [{"relationship": "parentOf", "label": LABEL, "format": parent.media_type}]
    if parent is not None and parent.redacted:
        definition["redactions"] = list(parent.redacted)
    return json.dumps(definition, default=str, allow_nan=False)


def _signed(
    file: bytes, media_type: str, definition: str, credentials: Credentials, parent_archive: bytes = b""
) -> bytes:
    out = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.certificates, credentials.private_key, None)
        with (
            c2pa.Context.from_dict(_SETTINGS, c2pa.Signer.from_info(info)) as context,
            c2pa.Builder(definition, context=context) as builder,
        ):
            if parent_archive:
                builder.add_ingredient_from_archive(io.BytesIO(parent_archive))
            builder.sign(media_type, io.BytesIO(file), out)
    except c2pa.C2paError as error:
        raise SigningError(f"the picture cannot be signed ({error})") from error
    return out.getvalue()


def _actions(source_type: str, parent: Parent | None) -> list[Json]:
    made = {"digitalSourceType": source_type, "softwareAgent": _AGENT}
    if parent is None:
        return [{"action": "c2pa.created", **made}]
    return [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": [LABEL]}},
        {"action": "c2pa.edited", **made},
        *(
            {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}}
            for address in parent.redacted
        ),
    ]
