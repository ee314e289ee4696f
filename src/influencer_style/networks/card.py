"""The model card: what a generator was made from, and what it is not for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, StrictUndefined

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.trained import Origin
from influencer_style.storage.text import markdown

Task = Literal["transfer", "synthesis"]


def write_card(task: Task, looks: LookProfiles, encoder: StyleEncoder, origin: Origin) -> str:
    """Return the card of a model as Markdown.

    Args:
        task: What the generator does.
        looks: The looks that the model offers.
        encoder: The style encoder.
        origin: What the generator was made from.
    """
    return _render(task, looks, looks.names, reference=looks.reference_note, encoder=encoder, origin=origin)


def write_export_card(
    looks: LookProfiles,
    names: Sequence[str],
    fingerprint: str,
    version: str,
    contract: Mapping[str, Mapping[str, str]],
    differences: Mapping[str, float],
) -> str:
    """Return the card of an ONNX export as Markdown.

    Args:
        looks: The model's looks.
        names: The looks that were exported.
        fingerprint: The model's fingerprint.
        version: The model's version; empty where it is not registered.
        contract: What each of the `inputs` and `outputs` is, by name.
        differences: The largest difference from torch, by size.
    """
    facts = {"fingerprint": fingerprint, "version": version, "contract": contract, "differences": differences}
    return _render("export", looks, names, **facts)


def _render(card: str, looks: LookProfiles, names: Sequence[str], **facts: object) -> str:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["markdown"] = markdown
    template = environment.from_string((files(__package__) / "card.md.j2").read_text(encoding="utf-8"))
    own = [looks[name] for name in names]
    notices = [notice for look in own if (notice := thin_look_notice(look))]
    return template.render(card=card, looks=own, notices=notices, **facts)
