"""`influencer-style verify`: what a picture's file proves, what it only says, and what it leaves open."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from influencer_style.serving.commands.common import complain

_DETAILS = """\
The states:
  proven          unchanged since it was signed, by a signer whom an authority you know vouches for
  unknown signer  unchanged since it was signed, but nobody known here vouches for the signer
  altered         changed or damaged after it was signed
  no manifest     not signed, or a program that saved the file has dropped the signature

Your own authority is known here, and to nobody else. For others to verify your pictures, give them its certificate
(never signer.pem, which holds your private key):
  {handed_out}
They run: influencer-style verify FILE --anchors ca.pem

Nothing is fetched from the network. Exit status: 0 all proven, 1 some not, 2 wrong use.

examples: influencer-style verify restyled/me-aurora.jpg
          influencer-style verify from_alice/*.jpg --anchors alice_ca.pem
          influencer-style verify restyled/*.png --json"""


class _Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        # Where the certificate lies is looked up when help is asked for, not whenever a command starts.
        from influencer_style.provenance.credentials import handed_out
        from influencer_style.provenance.signer import CredentialsError

        try:
            place = str(handed_out())
        except CredentialsError as error:
            place = f"({error})"
        self.epilog = _DETAILS.format(handed_out=place)
        return super().format_help()


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "verify",
        help="say what a picture's file proves, and what it does not",
        description="Say of pictures what is proven, what is only the signer's word, and what is not proven.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.__class__ = _Parser
    parser.add_argument("pictures", nargs="+", metavar="FILE", help="JPEG, PNG or WebP files")
    parser.add_argument("--anchors", metavar="CA.pem", help="certificates of authorities to trust, beside your own")
    parser.add_argument("--json", action="store_true", help="one list for programs, with an entry for each file")
    parser.set_defaults(run=run)
