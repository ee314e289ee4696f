"""A picture's C2PA manifest: what made it, signed, and bound to every byte of the file.

Nothing of the picture goes beside the picture (no thumbnail, no source photo), and nothing goes over the network.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import c2pa

from influencer_style.provenance.record import COMPOSITE
from influencer_style.provenance.signer import Credentials
from influencer_style.version import __version__

MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
RECORD_LABEL = "influencer_style.record"
# The purposes of a signing certificate that C2PA names: e-mail protection, document signing, C2PA claim signing.
PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1"
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
NO_HOSTS = {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16}
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
    file: bytes, suffix: str, record: Mapping[str, Any], credentials: Credentials, source_type: str = COMPOSITE
) -> bytes:
    """Return a picture's file with a signed manifest in it.

    Args:
        file: a JPEG, PNG or WebP file.
        suffix: one of `MEDIA_TYPES`.
        record: plain data: what made the picture. Numbers are kept to 15 digits, whole ones of 64 bits exactly.
        credentials: who signs.
        source_type: a term of IPTC's digital source types, such as `record.COMPOSITE` or `record.GENERATED`.

    Raises:
        SigningError: when ``file`` is no such picture, or the credentials are refused.
        ValueError: when a number of the record is not finite.
    """
    created = {"action": "c2pa.created", "digitalSourceType": source_type, "softwareAgent": _AGENT}
    assertions = [
        {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [created]}},
        {"label": RECORD_LABEL, "created": True, "kind": "Json", "data": record},
    ]
    definition = {"claim_generator_info": [_AGENT], "assertions": assertions}
    text = json.dumps(definition, default=str, allow_nan=False)
    out = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.certificates, credentials.private_key, None)
        with (
            c2pa.Context.from_dict(_SETTINGS, c2pa.Signer.from_info(info)) as context,
            c2pa.Builder(text, context=context) as builder,
        ):
            builder.sign(MEDIA_TYPES[suffix], io.BytesIO(file), out)
    except c2pa.C2paError as error:
        raise SigningError(f"the picture cannot be signed ({error})") from error
    return out.getvalue()
