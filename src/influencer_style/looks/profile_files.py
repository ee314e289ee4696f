"""Writes and reads look profiles: `looks.json` and `looks.safetensors` in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.grade import Halves
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.looks_json import LooksJson
from influencer_style.looks.marks import Marks
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.weights import WeightsFile

_JSON, _TENSORS = "looks.json", "looks.safetensors"
_PARTS = ("mean", "deviation", "moments", "between")
_HALVES = ("colours", "scatter", "photos")


def save_looks(looks: LookProfiles, folder: str | Path) -> None:
    """Write `looks.json` (names, counts, consents, encoder) and `looks.safetensors` (statistics)."""
    tensors = dict(_statistics_tensors("reference", looks.reference))
    for look in looks:
        tensors |= _statistics_tensors(f"look.{look.slug}", look.statistics)
        if look.likeness:
            tensors[f"look.{look.slug}.face"] = look.likeness.face
        if look.marks:
            tensors |= look.marks.tensors(f"look.{look.slug}.marks")
    text = {
        "encoder_sha256": looks.encoder_sha256,
        "groups": [[group.start, group.stop] for group in looks.groups],
        "reference": {"count": looks.reference.count, "note": looks.reference_note},
        "looks": [
            {
                "slug": look.slug,
                "creator": look.creator,
                "count": look.statistics.count,
                "consent": look.consent,
                "photos": look.photos,
                "likeness": look.likeness and {"explained": look.likeness.explained, "judge": look.likeness.judge},
            }
            for look in looks
        ],
    }
    folder = Path(folder)
    (folder / _TENSORS).write_bytes(save(tensors))
    (folder / _JSON).write_text(json.dumps(text, indent=2, ensure_ascii=False, default=str), encoding="utf-8")


def load_looks(folder: str | Path) -> LookProfiles:
    """Read what `save_looks` has written.

    Raises:
        ValueError: If the files are missing or damaged.
    """
    folder = Path(folder)
    try:
        recover_folder(folder)
        text = LooksJson.read(folder / _JSON)
        tensors = WeightsFile(folder / _TENSORS).tensors()
        looks = [
            LookProfile(
                look.slug,
                look.creator,
                _statistics(tensors, f"look.{look.slug}", look.count),
                look.consent,
                look.photos,
                Marks.of(tensors, f"look.{look.slug}.marks"),
                Likeness(tensors[f"look.{look.slug}.face"], **dict(look.likeness)) if look.likeness else None,
            )
            for look in text.looks
        ]
        reference = _statistics(tensors, "reference", text.reference.count)
        groups = DescriptorGroups(slice(*bounds) for bounds in text.groups)
        return LookProfiles(reference, looks, text.encoder_sha256, groups, text.reference.note)
    except (OSError, KeyError, TypeError, ValueError) as error:
        remedy = "make them: kedro run --pipeline features"
        raise ValueError(f"{folder} holds no readable looks ({error}); {remedy}") from error


def _statistics_tensors(name: str, statistics: SetStatistics) -> Iterator[tuple[str, Tensor]]:
    for part in _PARTS:
        yield f"{name}.{part}", getattr(statistics, part).contiguous()
    for part in _HALVES:
        yield f"{name}.halves.{part}", getattr(statistics.halves, part).contiguous()


def _statistics(tensors: dict[str, Tensor], name: str, count: int) -> SetStatistics:
    mean, deviation, moments, between = (tensors[f"{name}.{part}"] for part in _PARTS)
    halves = Halves(*(tensors[f"{name}.halves.{part}"] for part in _HALVES))
    return SetStatistics(mean, deviation, moments, between, halves, count)
