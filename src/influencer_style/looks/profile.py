"""Look profiles: what is kept of each creator's look, and the reference population it is measured against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from influencer_style.looks.encoder import DescriptorGroups, EncoderError, StyleEncoder
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.marks import Marks
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.looks.style_code import style_code


class UnknownLook(KeyError):
    """No look of that name; the message lists the ones there are."""

    def __str__(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class LookProfile:
    """A creator's look: the statistics of their photos, and who they are.

    Attributes:
        slug: The look's name.
        creator: The creator's name, as their folder spells it.
        statistics: The statistics of the creator's training photos.
        consent: What the consent allows, and until when (`scope`, `expires`).
        photos: The photo_ids of these photos (16 hex digits of a file's SHA-256 each), sorted.
        marks: Traces of these photos, if a generator of new portraits was trained on them.
        likeness: The creator's face, to find results that have become it; None if nothing was kept.
    """

    slug: str
    creator: str
    statistics: SetStatistics
    consent: Mapping[str, Any] = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    marks: Marks | None = None
    likeness: Likeness | None = None


class LookProfiles:
    """All looks of a project, and the population they are measured against.

    Args:
        reference: The statistics of the unstyled population.
        looks: The profiles.
        encoder_sha256: The digest of the encoder that described them all.
        groups: The groups of that encoder's descriptors.
        reference_note: A sentence about who the population is.
    """

    def __init__(
        self,
        reference: SetStatistics,
        looks: Iterable[LookProfile],
        encoder_sha256: str,
        groups: DescriptorGroups,
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

    def __iter__(self) -> Iterator[LookProfile]:
        return iter(self._looks.values())

    def holding(self, looks: Iterable[LookProfile]) -> LookProfiles:
        """Return these looks, described by the same encoder and measured against the same population."""
        return LookProfiles(self.reference, looks, self.encoder_sha256, self.groups, self.reference_note)

    def only(self, names: Collection[str]) -> LookProfiles:
        """Return these looks without all others."""
        return self.holding(look for look in self if look.slug in names)

    def code(self, look: str) -> Tensor:
        """Return the style code of a look.

        Raises:
            UnknownLook: If there is no such look.
        """
        return style_code(self[look].statistics, self.reference, self.groups)

    def neutral_code(self) -> Tensor:
        """Return the style code of no look at all: the population against itself."""
        return style_code(self.reference, self.reference, self.groups)

    def code_of(self, encoder: StyleEncoder, images: Tensor) -> Tensor:
        """Return the style code of any set of face crops (n, 3, h, w), n at least 1: one reference photo will do.

        Raises:
            EncoderError: If these looks were described by another encoder.
        """
        self.require(encoder)
        with torch.no_grad():
            return style_code(SetStatistics.of(*describe(encoder, images)), self.reference, self.groups)

    def with_marks(self, marks: Mapping[str, Marks]) -> LookProfiles:
        """Return the same looks with the marks given by name, and without any others."""
        return self.holding(replace(look, marks=marks.get(look.slug)) for look in self)

    def with_likenesses(self, likenesses: Mapping[str, Likeness]) -> LookProfiles:
        """Return the same looks with the faces given by name, and without any others."""
        return self.holding(replace(look, likeness=likenesses.get(look.slug)) for look in self)

    def require(self, encoder: StyleEncoder) -> None:
        """Refuse another encoder than the one these looks were described by.

        Raises:
            EncoderError: If its weights differ.
        """
        if encoder.sha256 != self.encoder_sha256:
            raise EncoderError(
                f"these looks were described by encoder {self.encoder_sha256[:12]}, not by {encoder.name} "
                f"{encoder.sha256[:12]}; describe them again: kedro run --pipeline features"
            )
