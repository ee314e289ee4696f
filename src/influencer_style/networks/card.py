"""The model card: what a generator was made from, and what it is not for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.looks.profile import LookProfiles
from influencer_style.storage.text import markdown

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = """## Limits

Taught on small crops: hair is recoloured in part, make-up is soft, strong relighting is hinted at.
Not for identification, nor for deceiving anybody about who is in a photo. A look is a creator's: ask before you use it.
"""
_FACES = (
    """- One vector of each creator's face lies in the look's profile, for the likeness guard alone: biometric data."""
)


def write_card(
    looks: LookProfiles,
    encoder: StyleEncoder,
    kept: str,
    seed: int,
    fingerprint: str,
    data_sha256: str,
    base_sha256: str,
    history: pd.DataFrame,
) -> str:
    """Return the card as Markdown.

    Args:
        looks: the looks it offers.
        encoder: its style encoder.
        kept: `base`, `adapted`, `adapted_without_adversary` or `trained`: what it is.
        seed: of its training.
        fingerprint: of the training.
        data_sha256: of the photos that its looks were learnt from.
        base_sha256: of the base that it is or was adapted from; empty for a training from scratch.
        history: one row of losses for each tenth step, columns `step` and `seconds` among them.
    """
    last = history.iloc[-1]
    return f"""# look-transfer

Puts a creator's look (make-up, hair colour, light, grade, background palette) onto a portrait and leaves the person be.
A GAN conditioned on VGG Gram-matrix style codes; it composes colour transforms and a gated residual with the photo.

{_table(looks, looks.names)}

- Reference population: {markdown(looks.reference_note)}.
- Encoder: {markdown(encoder.name)}, SHA-256 `{encoder.sha256}`.
- Photos' fingerprint: `{data_sha256}`. Training's fingerprint: `{fingerprint}`.
{_training(kept, seed, base_sha256, int(last["step"]), float(last["seconds"]))}
{_FACES}
- Licence: Apache-2.0 for code and weights; each look only within its creator's consent.

{_LIMITS}"""


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
        looks: the model's looks.
        names: those that were exported.
        fingerprint: of the model's training.
        version: of the model; empty where it is not registered.
        contract: by `inputs` and `outputs`, what each of them is.
        differences: by size, the largest difference from torch.
    """
    ports = "\n".join(
        f"| {kind[:-1]} | `{name}` | {what} |"
        for kind, described in contract.items()
        for name, what in described.items()
    )
    measured = "\n".join(f"| {size} | {difference:.1e} |" for size, difference in differences.items())
    return f"""# look-transfer, as ONNX

Puts a creator's look (make-up, hair colour, light, grade, background palette) onto a portrait and leaves the person be.
`generator.onnx` is the network; `looks.json` has each look's style code, and the consent that it goes out under.

{_table(looks, names)}

- Made from {markdown(version) or "a model that is not registered"}, fingerprint `{fingerprint}`; the same stands in
  both files.
- Licence: Apache-2.0 for code and weights; each look only within its creator's consent. An app must stop offering a
  look when its consent expires.

## Contract

| | name | what |
|---|---|---|
{ports}

## Checked against torch

Largest difference of any output, on studio portraits in these looks (width x height in pixels):

| size | difference |
|---|---|
{measured}

{_LIMITS}"""


def write_synthesis_card(
    looks: LookProfiles,
    encoder: StyleEncoder,
    kept: str,
    seed: int,
    fingerprint: str,
    data_sha256: str,
    base_sha256: str,
    history: pd.DataFrame,
) -> str:
    """Return the card of a synthesis generator as Markdown. Arguments are those of `write_card`."""
    last = history.iloc[-1]
    return f"""# look-synthesis

Draws portraits of people who are nobody in a creator's look, from noise. A GAN conditioned on VGG Gram-matrix style
codes, taught on people drawn by the embedded studio; a nobody without a look can also be drawn, and be restyled.

{_table(looks, looks.names)}

- Reference population: {markdown(looks.reference_note)}.
- Encoder: {markdown(encoder.name)}, SHA-256 `{encoder.sha256}`.
- Photos' fingerprint: `{data_sha256}`. Training's fingerprint: `{fingerprint}`.
{_training(kept, seed, base_sha256, int(last["step"]), float(last["seconds"]))}
- Of looks whose photos it was trained on it keeps coarse marks of each photo (`looks.safetensors`), and throws away
  what comes nearer to one than an unseen photo would.
- Licence: Apache-2.0 for code and weights; each look only within its creator's consent, which must allow `generate`.

## Limits

Faces are drawn small and enlarged: there is no fine detail in them. They look drawn, as the studio's people do.
Not for deceiving anybody about whether a person exists: every picture says in its file that a model made it.
"""


def _table(looks: LookProfiles, names: Sequence[str]) -> str:
    rows = "\n".join(
        f"| {markdown(name)} | {markdown(look.creator)} | {look.statistics.count} "
        f"| {markdown(', '.join(look.consent.get('scope', [])))} | {markdown(look.consent.get('expires', ''))} |"
        for name in names
        for look in [looks[name]]
    )
    notices = [notice for name in names if (notice := thin_look_notice(looks[name]))]
    warned = "\n\n" + "\n".join(f"- Mind: {notice}." for notice in notices) if notices else ""
    return f"| look | creator | photos | consent | expires |\n|---|---|---|---|---|\n{rows}{warned}"


def _training(kept: str, seed: int, base_sha256: str, steps: int, seconds: float) -> str:
    if kept == "base":
        return (
            f"- The base, SHA-256 `{base_sha256}`, as it is. The creators' photos only tell it\n"
            "  their looks; its own card says what it was taught."
        )
    if base_sha256:
        without = ", without an adversary" if kept != "adapted" else ", generator against discriminator"
        return (
            f"- The base, SHA-256 `{base_sha256}`, adapted to the creators' photos for {steps} steps\n"
            f"  in {seconds:.0f} s (seed {seed}){without}: the guard found it nearer to them, and no worse in the rest."
        )
    return (
        f"- Trained from scratch for {steps} steps in {seconds:.0f} s (seed {seed}), with studio portraits\n"
        "  in random looks beside the photos, none of them in a creator's look."
    )
