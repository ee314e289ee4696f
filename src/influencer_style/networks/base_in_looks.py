"""The base in a project's looks: what training has to beat."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from influencer_style.faces.detectors import NOTE
from influencer_style.networks.base import Base
from influencer_style.networks.bundle import Bundle
from influencer_style.storage.fingerprint import fingerprint

Kind = TypeVar("Kind", bound=Bundle)


def base_in_looks(base: Base, bundle: Kind) -> Kind | None:
    """Return the base with the looks and encoder of another generator; None where it does not understand them.

    Marks of photos are left out: the base was not trained on these.
    """
    looks, encoder = bundle.looks.with_marks({}), bundle.encoder
    width = len(looks.code(looks.names[0]))
    if encoder.sha256 != base.encoder_sha256 or width != base.generator.config.code:
        return None
    codes = [looks.code(name).numpy() for name in looks.names]
    consents = json.dumps([dict(looks[name].consent) for name in looks.names], sort_keys=True, default=str)
    made_from = fingerprint("base", base.sha256, codes, bundle.crop_margin, consents)
    history = pd.DataFrame(base.history)
    card = bundle.CARD(looks, encoder, "base", 0, made_from, bundle.data_sha256, base.sha256, history)
    notes = {"reference": looks.reference_note, "kept": "base", "base_sha256": base.sha256}
    if NOTE in bundle.notes:
        notes[NOTE] = bundle.notes[NOTE]
    return replace(bundle, generator=base.generator, looks=looks, fingerprint=made_from, card=card, notes=notes)
