"""`influencer-style verify`: what a picture's file proves, what it only says, and what it leaves open."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from influencer_style.commands.common import Command
from influencer_style.commands.output import Failure, complain, say, say_json
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.places import ledgers_of
from influencer_style.provenance.verify import AnchorsError, Verification, VerificationError, certificates_in
from influencer_style.provenance.verify import verify as verified
from influencer_style.storage.text import one_line, short
from influencer_style.stylist.meanwhile import Meanwhile

_WIDTH = 120
_MOST_ANCHORS = 1_000_000  # bytes that are read of them
_DETAILS = """\
The states:
  proven          unchanged since it was signed, by a signer whom an authority that you trust vouches for
  unknown signer  unchanged since it was signed, but nobody that you trust vouches for the signer
  altered         changed or damaged after it was signed
  no manifest     not signed, or a program that saved the file has dropped the signature

You trust the authority that was made for you when you first wrote a picture; others do not know it. For them to verify
your pictures, give them its certificate, current/ca.pem in $INFLUENCER_STYLE_CREDENTIALS or else in
influencer_style/credentials in your folder for data (~/.local/share on Linux). Keep signer.pem, your key, to yourself.
They run: influencer-style verify FILE --anchors ca.pem

`meanwhile` says what the consent ledgers on this machine know to have happened since: a withdrawal, a consent that has
ended, a revoked model. It is no part of the proof.

Nothing is fetched from the network. Exit status: 0 all proven, 1 some not, 2 wrong use.

Examples:
  influencer-style verify restyled/me-aurora.jpg
  influencer-style verify from_alice/*.jpg --anchors alice_ca.pem
  influencer-style verify restyled/*.png --json
"""


@click.command(cls=Command, epilog=_DETAILS)
@click.argument("pictures", nargs=-1, required=True, metavar="FILE...")
@click.option("--anchors", metavar="CA.pem", help="certificates of authorities to trust, in addition to your own")
@click.option("--json", "as_json", is_flag=True, help="for programs: print one list, with an entry for each file")
def verify(pictures: tuple[str, ...], anchors: str | None, as_json: bool) -> None:
    """Show what is proven of pictures, what is only the signer's word, and what is not proven.

    They are JPEG, PNG, WebP or AVIF files.
    """
    trusted = None if anchors is None else _certificates(anchors)
    entries: list[dict[str, Any]] = []
    since: Meanwhile | None = None
    for picture in pictures:
        try:
            found = verified(picture, trusted)
        except AnchorsError as error:
            raise Failure(error, 2) from error
        except VerificationError as error:
            complain(error)
            entries.append({"path": picture, "state": "error", "error": str(error)})
            continue
        meanwhile: list[str] = []
        if found.record:
            try:
                since = since or Meanwhile(ledgers_of())
                meanwhile = [short(sentence) for sentence in since.sentences(found.record)]
            except AuditError as error:
                meanwhile = [f"not known: {short(str(error))}"]
        entries.append(asdict(found) | {"meanwhile": meanwhile})
        if not as_json:
            for line in _in_words(found, meanwhile):
                say(line)
    if as_json:
        say_json(entries)
    if any(entry["state"] != "proven" for entry in entries):
        raise click.exceptions.Exit(1)


def _certificates(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return certificates_in(file.read(_MOST_ANCHORS))
    except (OSError, AnchorsError) as error:
        raise Failure(f"--anchors {path}: {getattr(error, 'strerror', None) or error}", 2) from error


def _in_words(found: Verification, meanwhile: list[str]) -> list[str]:
    # What a file says is worth something only while it is as somebody signed it.
    title_of_known = "known" if found.state in ("proven", "unknown signer") else "it says"
    width = max(60, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 0)).columns))
    wrapper = textwrap.TextWrapper(width, subsequent_indent=" " * 16, break_long_words=False, break_on_hyphens=False)
    lines = [f"{found.path}: {found.state}"]
    parts = {
        "proven": found.proven,
        title_of_known: found.known,
        "not proven": found.not_proven,
        "meanwhile": meanwhile,
    }
    for title, sentences in parts.items():
        for number, sentence in enumerate(sentences):
            wrapper.initial_indent = f"  {title if number == 0 else '':<12}"
            lines += wrapper.wrap(one_line(sentence))
    return lines
