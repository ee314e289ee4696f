"""The base in a project's looks: what training has to beat."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd

from influencer_style.networks.base import Base
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.card import write_card
from influencer_style.storage.fingerprint import fingerprint


def base_in_looks(base: Base, bundle: TransferBundle) -> TransferBundle | None:
    """Return the base with the looks and encoder of another generator; None where it does not understand them."""
    looks, encoder = bundle.looks, bundle.encoder
    width = len(looks.code(looks.names[0]))
    if encoder.sha256 != base.encoder_sha256 or width != base.generator.config.code:
        return None
    codes = [looks.code(name).numpy() for name in looks.names]
    consents = json.dumps([dict(looks[name].consent) for name in looks.names], sort_keys=True, default=str)
    made_from = fingerprint("base", base.sha256, codes, bundle.crop_margin, consents)
    card = write_card(looks, encoder, "base", 0, made_from, bundle.data_sha256, base.sha256, pd.DataFrame(base.history))
    notes = {"reference": looks.reference_note, "kept": "base", "base_sha256": base.sha256}
    return replace(bundle, generator=base.generator, fingerprint=made_from, card=card, notes=notes)
