"""Settings and codes of the C2PA library that signing and reading share: nothing goes over the network."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]  # as the C2PA library writes and reads it
# The purposes of a signing certificate that C2PA names: e-mail protection, document signing, C2PA claim signing.
PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1"
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
NO_HOSTS = {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16}
# C2PA's codes about who signed and when begin with these. They leave the bytes as they were signed.
ABOUT_THE_SIGNER = ("signingCredential.", "timeStamp.")
