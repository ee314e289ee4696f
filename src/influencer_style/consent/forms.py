"""Consent before there are photos to read: an empty form to fill in, and what each creator's folder holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from influencer_style.consent.consent_file import decide_folder
from influencer_style.consent.grant import CONSENT_FILE, LEARN, Consent, ConsentError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.slug import SlugError, slug, slugs
from influencer_style.storage.atomic import write_text
from influencer_style.storage.walk import is_passed_over

# What only the people themselves can say is left empty: until that is filled in, the form is not a consent.
_FORM = """\
# The consent of one creator, schema 1. It lies in the folder of their photos; without a valid one no photo is read.
# Fill in what is empty, then: influencer-style consent check {folder}
schema: 1

# Whose photos these are.
subject: {subject}

# Who granted it: the subject, or who may speak for them.
granted_by:

# First and last day, such as 2025-01-31. `expires: never` is possible; a day is better.
granted_on: {today}
expires:

# What it is for. Take out what was not agreed to.
#   train       the generator learns from the photos themselves
#   transfer    the look is known from what the photos have in common, and put onto other people's photos
#   generate    new faces that are nobody's are made in the look
#   commercial  results may be used for money
scope: [train, transfer]

# Where results may be used: worldwide, or countries.
territory:

# Where the signed consent is to be found: a contract's number, a file, a letter.
evidence:

# Whom to write to about it, above all to withdraw it.
contact:
"""


@dataclass(frozen=True)
class Finding:
    """What one creator's folder holds: the consent, and why it does not hold today or why there is none."""

    creator: str
    consent: Consent | None
    problem: str = ""


def new_form(root: str | Path, creator: str, today: date) -> Path:
    """Write an empty form into `root/creator`, which is made if it is missing; return the form's path.

    Raises ConsentError if one lies there already, or the name cannot be a folder's.
    """
    named = Path(creator)
    if len(named.parts) != 1 or creator in (".", "..") or creator.startswith(".") or not creator.isprintable():
        raise ConsentError(f"{creator!r} cannot be a folder's name; choose the creator's name, without slashes")
    try:
        slugs([creator])
    except SlugError as error:
        raise ConsentError(str(error)) from None
    path = Path(root) / creator / CONSENT_FILE
    if path.exists() or path.is_symlink():
        raise ConsentError(f"{path} is there already; change it by hand, or remove it first")
    # Quoted as JSON is, a name is a YAML word whatever it holds.
    subject = json.dumps(creator, ensure_ascii=False)
    try:
        write_text(path, _FORM.format(folder=root, subject=subject, today=today.isoformat()))
    except OSError as error:
        raise ConsentError(f"{path} cannot be written ({error.strerror}); choose another folder") from error
    return path


def check_consents(root: str | Path, today: date, ledger: Ledger) -> list[Finding]:
    """Return what each creator's folder in `root` holds, or what `root` holds if it is such a folder itself.

    The ledger knows who has withdrawn. Nothing is recorded in it, as nothing is decided. Raises ConsentError if there
    is no such folder, or no creator's folder in it, AuditError if the ledger cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise ConsentError(f"{root} is not a folder; name the one that holds a folder for each creator")
    if (root / CONSENT_FILE).exists():
        return [_finding(root.absolute(), today, ledger)]
    folders = sorted(entry for entry in root.iterdir() if entry.is_dir() and not is_passed_over(entry.name, True))
    if not folders:
        raise ConsentError(f"{root} holds no folder of a creator; make one: influencer-style consent new NAME")
    return [_finding(folder, today, ledger) for folder in folders]


def _finding(folder: Path, today: date, ledger: Ledger) -> Finding:
    decision = decide_folder(folder, LEARN, today)
    stone = decision.consent and ledger.withdrawn(slug(folder.name), decision.consent)
    return Finding(folder.name, decision.consent, stone.words if stone else decision.reason)
