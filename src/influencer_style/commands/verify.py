"""`influencer-style verify`: what a picture's file proves, what it only says, and what it leaves open."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from influencer_style.commands.output import complain, say, say_json
from influencer_style.storage.text import one_line

if TYPE_CHECKING:
    from influencer_style.provenance.verify import Verification
    from influencer_style.stylist.meanwhile import Meanwhile

_WIDTH = 120
_MOST_ANCHORS = 1_000_000  # bytes that are read of them
_DETAILS = """\
the states:
  proven          unchanged since it was signed, by a signer for whom an authority that you trust vouches
  unknown signer  unchanged since it was signed, but nobody that you trust vouches for the signer
  altered         changed or damaged after it was signed
  no manifest     not signed, or a program that saved the file has dropped the signature

You trust the authority that was made for you when you first wrote a picture; others do not know it. For them to verify
your pictures, give them its certificate, current/ca.pem in $INFLUENCER_STYLE_CREDENTIALS or else in
influencer_style/credentials in your folder for data (~/.local/share on Linux). Keep signer.pem, your key, to yourself.
They run: influencer-style verify FILE --anchors ca.pem

`meanwhile` says what the consent ledgers on this machine know to have happened since: a withdrawal, a consent that has
ended, a revoked model. It has no part in what is proven.

Nothing is fetched from the network. Exit status: 0 all proven, 1 some not, 2 wrong use.

examples:
  influencer-style verify restyled/me-aurora.jpg
  influencer-style verify from_alice/*.jpg --anchors alice_ca.pem
  influencer-style verify restyled/*.png --json
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "verify",
        help="say what a picture's file proves, and what it does not",
        description="Say of pictures what is proven, what is only the signer's word, and what is not proven.",
        epilog=_DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pictures", nargs="+", metavar="FILE", help="JPEG, PNG, WebP or AVIF files")
    parser.add_argument("--anchors", metavar="CA.pem", help="certificates of authorities to trust, beside your own")
    parser.add_argument("--json", action="store_true", help="for programs: one list, with an entry for each file")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print what is to be said of each picture; return 0 when all are proven, 1 when one is not, 2 for wrong use."""
    from influencer_style.provenance.signer import CredentialsError
    from influencer_style.provenance.verify import AnchorsError, VerificationError, certificates_in, verify

    anchors = None
    if asked.anchors is not None:
        try:
            with open(asked.anchors, "rb") as file:
                anchors = certificates_in(file.read(_MOST_ANCHORS))
        except (OSError, AnchorsError) as error:
            complain(f"--anchors {asked.anchors}: {getattr(error, 'strerror', None) or error}")
            return 2
    all_proven, entries = True, []
    since = _Since()
    for picture in asked.pictures:
        try:
            found = verify(picture, anchors)
        except (AnchorsError, CredentialsError) as error:
            complain(error)
            return 2
        except VerificationError as error:
            all_proven = False
            complain(error)
            entries.append({"path": picture, "state": "error", "error": str(error)})
            continue
        all_proven = all_proven and found.state == "proven"
        meanwhile = since.sentences(found.record)
        entries.append(asdict(found) | {"meanwhile": meanwhile})
        if not asked.json:
            for line in _in_words(found, meanwhile):
                say(line)
    if asked.json:
        say_json(entries)
    return 0 if all_proven else 1


class _Since:
    """What the consent ledgers here know to have happened since pictures were made; they are opened when asked."""

    def __init__(self) -> None:
        self._known: Meanwhile | None = None

    def sentences(self, record: dict[str, Any] | None) -> list[str]:
        """Return that of the picture with this record; where a ledger cannot be read, that."""
        from influencer_style.consent.audit_row import AuditError
        from influencer_style.consent.places import ledgers_of
        from influencer_style.storage.text import short
        from influencer_style.stylist.meanwhile import Meanwhile

        if not record:
            return []
        try:
            self._known = self._known or Meanwhile(ledgers_of())
            return [short(sentence) for sentence in self._known.sentences(record)]
        except AuditError as error:
            return [f"not known: {short(str(error))}"]


def _in_words(found: Verification, meanwhile: list[str]) -> list[str]:
    # What a file says is worth something only while it is as somebody signed it.
    said = "known" if found.state in ("proven", "unknown signer") else "it says"
    width = max(60, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 0)).columns))
    lines = [f"{found.path}: {found.state}"]
    parts = ("proven", found.proven), (said, found.known), ("not proven", found.not_proven), ("meanwhile", meanwhile)
    for title, sentences in parts:
        for number, sentence in enumerate(sentences):
            first = f"  {title if number == 0 else '':<12}"
            lines += textwrap.wrap(
                one_line(sentence),
                width,
                initial_indent=first,
                subsequent_indent=" " * 16,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines
