"""A picture's C2PA manifest: what made it, signed, and bound to every byte of the file.

Nothing of the picture goes beside the picture (no thumbnail, no source photo), and nothing goes over the network. The
photo that it was made from is named as its parent, with the photo's own Content Credentials if it had any.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Mapping
from typing import Any

import c2pa

from influencer_style.photos.parent import Parent
from influencer_style.provenance.formats import WRITTEN
from influencer_style.provenance.parent import LABEL
from influencer_style.provenance.record import COMPOSITE
from influencer_style.provenance.settings import NO_HOSTS, OFFLINE, PURPOSES
from influencer_style.provenance.signer import Credentials
from influencer_style.version import __version__

logger = logging.getLogger(__name__)

RECORD_LABEL = "influencer_style.record"
# Read again once signed: 10 ms for 12 megapixels, so that a file whose manifest does not hold is never written.
# Whether anybody trusts the signer is for `verify`.
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
    record: Mapping[str, Any],
    credentials: Credentials,
    source_type: str = COMPOSITE,
    parent: Parent | None = None,
) -> bytes:
    """Return a picture's file with a signed manifest in it.

    Args:
        file: a JPEG, PNG, WebP or AVIF file.
        suffix: one of `formats.WRITTEN`.
        record: plain data: what made the picture. Numbers are kept to 15 digits, whole ones of 64 bits exactly.
        credentials: who signs.
        source_type: a term of IPTC's digital source types, such as `record.COMPOSITE` or `record.GENERATED`.
        parent: the photo that the picture was made from; None where there was none, or it was no file.

    Raises:
        SigningError: when ``file`` is no such picture, or the credentials are refused.
        ValueError: when a number of the record is not finite.
    """
    media_type = WRITTEN[suffix].media_type
    if parent is not None and parent.credentials:
        try:
            return _signed(file, media_type, record, credentials, source_type, parent)
        except SigningError as error:
            # `parent_of` could read them, and they may still be such as cannot be written: a photo must not end a run.
            logger.warning("the photo's own Content Credentials cannot be kept (%s)", error)
            parent = Parent(parent.media_type)
    return _signed(file, media_type, record, credentials, source_type, parent)


def _signed(
    file: bytes,
    media_type: str,
    record: Mapping[str, Any],
    credentials: Credentials,
    source_type: str,
    parent: Parent | None,
) -> bytes:
    assertions = [
        {"label": "c2pa.actions.v2", "created": True, "data": {"actions": _actions(source_type, parent)}},
        {"label": RECORD_LABEL, "created": True, "kind": "Json", "data": record},
    ]
    definition: dict[str, Any] = {"claim_generator_info": [_AGENT], "assertions": assertions}
    if parent is not None and not parent.credentials:
        definition["ingredients"] = [{"relationship": "parentOf", "label": LABEL, "format": parent.media_type}]
    if parent is not None and parent.redacted:
        definition["redactions"] = list(parent.redacted)
    text = json.dumps(definition, default=str, allow_nan=False)
    out = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.certificates, credentials.private_key, None)
        with (
            c2pa.Context.from_dict(_SETTINGS, c2pa.Signer.from_info(info)) as context,
            c2pa.Builder(text, context=context) as builder,
        ):
            if parent is not None and parent.credentials:
                builder.add_ingredient_from_archive(io.BytesIO(parent.credentials))
            builder.sign(media_type, io.BytesIO(file), out)
    except c2pa.C2paError as error:
        raise SigningError(f"the picture cannot be signed ({error})") from error
    return out.getvalue()


def _actions(source_type: str, parent: Parent | None) -> list[dict[str, Any]]:
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
