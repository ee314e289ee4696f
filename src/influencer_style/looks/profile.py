"""Look profiles: what sets a creator's photos apart from the reference population."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from influencer_style.looks.encoder import EncoderError, StyleEncoder
from influencer_style.looks.grade import Halves, halves, likely_grade
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.marks import Marks
from influencer_style.looks.regional import (
    WHOLE,
    between_photos,
    regional_moments,
    regional_numbers,
    regional_transports,
)
from influencer_style.looks.segmenter import AREAS
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.weights import WeightsFile

TRANSPORTS = 1 + len(AREAS)  # of the whole picture, and of each area
TRANSPORT = 12 * TRANSPORTS  # so many numbers at the end of a style code
REGIONAL = 13 * TRANSPORTS  # before them, what is told of each area
ABOUT = 2  # between these two, what is told of the set itself
# Rows of a photo's colour moments: the whole and each area, then the darker and the lighter half of each.
MOMENTS = 3 * TRANSPORTS
_PARTS = ("mean", "deviation", "moments", "between", "halves.colours", "halves.scatter", "halves.photos")
_FILES = ("looks.json", "looks.safetensors")


class UnknownLook(KeyError):
    """No look of that name; the message lists the ones there are."""

    def __str__(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class SetStatistics:
    """What is kept of a set of photos.

    Attributes:
        mean: (d,) mean descriptor.
        deviation: (d,) standard deviation of the descriptors.
        moments: (7, 10) pooled colour moments of the whole and of each area, see `regional.regional_moments`.
        between: (7, 3) how far their mean colours stray from photo to photo.
        halves: colours of the darker and lighter half of each, and how far to trust them.
        count: number of photos.
    """

    mean: Tensor
    deviation: Tensor
    moments: Tensor
    between: Tensor
    halves: Halves
    count: int

    @classmethod
    def of(cls, descriptors: Tensor, moments: Tensor) -> SetStatistics:
        """Pool descriptors (n, d) and colour moments (n, 21, 10) of a set, n at least 1."""
        deviation = descriptors.std(0, correction=0)
        areas, parts = moments.split([TRANSPORTS, MOMENTS - TRANSPORTS], dim=1)
        pooled = areas.mean(0), between_photos(areas), Halves.of(parts)
        return cls(descriptors.mean(0), deviation, *pooled, descriptors.shape[0])


@dataclass(frozen=True)
class LookProfile:
    """A creator's look: the statistics of their photos, and who they are.

    Attributes:
        slug: the look's name.
        creator: the creator's name, as their folder spells it.
        statistics: of the creator's training photos.
        consent: what the consent allows, and until when (`scope`, `expires`).
        photos: the photo_ids of these photos (16 hex digits of a file's SHA-256 each), sorted.
        marks: of these photos, where a generator of new portraits was trained; else None.
        likeness: the creator's face, to find results that have become it; None where nothing was kept.
    """

    slug: str
    creator: str
    statistics: SetStatistics
    consent: Mapping[str, Any] = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    marks: Marks | None = None
    likeness: Likeness | None = None


def describe(encoder: StyleEncoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return descriptors (n, d) and colour moments (n, 21, 10) of images (n, 3, h, w), sRGB in [0, 1], both taken at
    the encoder's size, so that large and small crops of one picture agree.
    """
    small = encoder.resized(images)
    areas = encoder.segmenter(small)
    return encoder(small), regional_moments(small, torch.cat([areas, halves(small, areas)], 1))


def code_width(encoder: StyleEncoder) -> int:
    """Return how many numbers a style code has."""
    spread = encoder.groups[-1].stop - encoder.groups[-3].start
    return encoder.dimension + spread + 3 * (MOMENTS - TRANSPORTS) + REGIONAL + ABOUT + TRANSPORT


def style_code(photos: SetStatistics, reference: SetStatistics, groups: list[slice]) -> Tensor:
    """Return the style code (d + 54 + 42 + 91 + 2 + 84,) of a set of photos against the reference population.

    The first d numbers are the difference of the mean descriptors in units of the population's deviation: what every
    portrait has in common (a face, skin, a wall) cancels. The next 54 say how much the set's colours vary, against
    the population's, less 1: what a creator keeps from photo to photo (-1) is their look, what varies as with anybody
    (0) is not; of one photo nothing is known (0). 42 say what of the colours no single grade explains
    (`grade.likely_grade`), in two standard errors: what is worn stands out. Then come 13 numbers of the whole and of
    each area (skin, lips, eyes, hair, background, other), see `regional.regional_numbers`: what colour the hair is, and
    is it always. Two numbers say how few photos there are, 1 for a single one, and how much they share beyond a grade,
    0 (many people) to 1 (one person in one room). The last 84 are linear colour maps, less the identity: the likely
    grade of the whole, and the transport from the population to the set of each area.

    Args:
        photos: statistics of the set.
        reference: statistics of unstyled portraits, described by the same encoder.
        groups: which numbers of a descriptor belong together (`StyleEncoder.groups`).
    """
    deviation = reference.deviation.clone()
    for group in groups:
        # A number that hardly varies in a small population would otherwise shout.
        deviation[group] = deviation[group].clamp_min(0.5 * float(deviation[group].mean()) + 1e-6)
    difference = (photos.mean - reference.mean) / deviation
    colours = slice(groups[-3].start, groups[-1].stop)
    known = min(photos.count, reference.count) > 1
    if known:
        unbiased = [(s.count / (s.count - 1)) ** 0.5 for s in (photos, reference)]
        spread = (photos.deviation * unbiased[0] / (deviation * unbiased[1]))[colours].clamp_max(2) - 1
    else:
        spread = torch.zeros_like(difference[colours])
    between = (reference.between, photos.between) if known else None
    numbers = regional_numbers(reference.moments, photos.moments, between)
    grade = likely_grade(reference.halves, photos.halves)
    transports = regional_transports(reference.moments[WHOLE:], photos.moments[WHOLE:], grade.change)
    about = torch.tensor([photos.count**-0.5, grade.shared])
    told = [difference, spread, grade.unexplained.flatten() / 2, numbers.flatten(), about]
    return torch.cat([*told, grade.change, transports.flatten()])


class LookProfiles:
    """All looks of a project, and the population they are measured against.

    Args:
        reference: statistics of the unstyled population.
        looks: the profiles.
        encoder_sha256: of the encoder that described them all.
        groups: of that encoder.
        reference_note: who the population is, in words.
    """

    def __init__(
        self,
        reference: SetStatistics,
        looks: list[LookProfile],
        encoder_sha256: str,
        groups: list[slice],
        reference_note: str = "",
    ) -> None:
        self.reference = reference
        self.encoder_sha256 = encoder_sha256
        self.groups = groups
        self.reference_note = reference_note
        self._looks = {look.slug: look for look in looks}

    @property
    def names(self) -> list[str]:
        """The looks' names, sorted."""
        return sorted(self._looks)

    def __getitem__(self, slug: str) -> LookProfile:
        if slug not in self._looks:
            raise UnknownLook(f"there is no look {slug!r}; there are: {', '.join(self.names)}")
        return self._looks[slug]

    def only(self, names: Collection[str]) -> LookProfiles:
        """Return these looks without all others."""
        looks = [self[name] for name in self._looks if name in names]
        return LookProfiles(self.reference, looks, self.encoder_sha256, self.groups, self.reference_note)

    def code(self, look: str) -> Tensor:
        """Return the style code of a look.

        Raises:
            UnknownLook: when there is no such look.
        """
        return style_code(self[look].statistics, self.reference, self.groups)

    def neutral_code(self) -> Tensor:
        """Return the style code of no look at all: the population against itself."""
        return style_code(self.reference, self.reference, self.groups)

    def code_of(self, encoder: StyleEncoder, images: Tensor) -> Tensor:
        """Return the style code of any set of face crops (n, 3, h, w), n at least 1: one reference photo will do.

        Raises:
            EncoderError: when `encoder` is not the one that these looks were described by.
        """
        self.require(encoder)
        with torch.no_grad():
            return style_code(SetStatistics.of(*describe(encoder, images)), self.reference, self.groups)

    def with_each(self, **parts: Mapping[str, Any]) -> LookProfiles:
        """Return the same looks, each with its own `marks` or `likeness`, by name; None where it has none."""
        own = {slug: {part: known.get(slug) for part, known in parts.items()} for slug in self._looks}
        looks = [replace(look, **own[slug]) for slug, look in self._looks.items()]
        return LookProfiles(self.reference, looks, self.encoder_sha256, self.groups, self.reference_note)

    def require(self, encoder: StyleEncoder) -> None:
        """Refuse another encoder than the one these looks were described by.

        Raises:
            EncoderError: when its weights differ.
        """
        if encoder.sha256 != self.encoder_sha256:
            raise EncoderError(
                f"these looks were described by encoder {self.encoder_sha256[:12]}, not by {encoder.name} "
                f"{encoder.sha256[:12]}; describe them again: kedro run --pipeline features"
            )

    def save(self, folder: str | Path) -> None:
        """Write `looks.json` (names, counts, consents, encoder) and `looks.safetensors` (statistics)."""
        sets = {"reference": self.reference} | {f"look.{slug}": look.statistics for slug, look in self._looks.items()}
        tensors = {
            f"{name}.{part}": attrgetter(part)(statistics).contiguous()
            for name, statistics in sets.items()
            for part in _PARTS
        } | {f"look.{slug}.face": look.likeness.face for slug, look in self._looks.items() if look.likeness}
        for slug, look in self._looks.items():
            tensors |= look.marks.tensors(f"look.{slug}.marks") if look.marks else {}
        text = {
            "encoder_sha256": self.encoder_sha256,
            "groups": [[group.start, group.stop] for group in self.groups],
            "reference": {"count": self.reference.count, "note": self.reference_note},
            "looks": [
                {
                    "slug": look.slug,
                    "creator": look.creator,
                    "count": look.statistics.count,
                    "consent": look.consent,
                    "photos": look.photos,
                    "likeness": look.likeness and {"explained": look.likeness.explained, "judge": look.likeness.judge},
                }
                for look in self._looks.values()
            ],
        }
        folder = Path(folder)
        (folder / _FILES[1]).write_bytes(save(tensors))
        (folder / _FILES[0]).write_text(json.dumps(text, indent=2, ensure_ascii=False, default=str), encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> LookProfiles:
        """Read what `save` has written.

        Raises:
            ValueError: when the files are missing or damaged.
        """
        from influencer_style.looks.looks_json import LooksJson  # pydantic, which a machine that trains lacks

        folder = Path(folder)
        try:
            recover_folder(folder)
            text = LooksJson.read(folder / _FILES[0])
            tensors = WeightsFile(folder / _FILES[1]).tensors()

            def statistics(name: str, count: int) -> SetStatistics:
                *parts, colours, scatter, photos = (tensors[f"{name}.{part}"] for part in _PARTS)
                return SetStatistics(*parts, Halves(colours, scatter, photos), count)

            looks = [
                LookProfile(
                    look.slug,
                    look.creator,
                    statistics(f"look.{look.slug}", look.count),
                    look.consent,
                    look.photos,
                    Marks.of(tensors, f"look.{look.slug}.marks"),
                    look.likeness and Likeness(tensors[f"look.{look.slug}.face"], **dict(look.likeness)),
                )
                for look in text.looks
            ]
            reference = statistics("reference", text.reference.count)
            groups = [slice(*bounds) for bounds in text.groups]
            return cls(reference, looks, text.encoder_sha256, groups, text.reference.note)
        except (OSError, KeyError, TypeError, ValueError) as error:
            remedy = "make them: kedro run --pipeline features"
            raise ValueError(f"{folder} holds no readable looks ({error}); {remedy}") from error
