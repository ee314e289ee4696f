"""The style that a request asks for: its code, where that comes from, and whether it may still be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from influencer_style.faces.align import crop_face
from influencer_style.faces.detect import Detector
from influencer_style.looks.areas import AREAS
from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import to_tensor
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import CROP
from influencer_style.stylist.detection import crops_of, faces_in
from influencer_style.stylist.errors import StylistError, UnrecordedError
from influencer_style.stylist.given_photo import Reference, original_of
from influencer_style.stylist.likeness_guard import LikenessGuard
from influencer_style.stylist.models import LoadedModel
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.restyling import GivenPhoto, Restyling
from influencer_style.stylist.result import Provenance, ReferenceRecord

Model = LoadedModel[TransferBundle]


@dataclass(frozen=True)
class Style:
    """A checked request, with what holds for every photo.

    Attributes:
        request: The request.
        code: The style code, (d,): that of looks of the model, or of a reference photo.
        creators: The faces that a result must not become, by look.
        notices: What the user should know, in sentences.
        check: Raises StylistError where the look or the reference may not be used any more.
        provenance: What is known before the photo is.
    """

    request: Restyling
    code: Tensor
    creators: dict[str, Likeness]
    notices: list[str]
    check: Callable[[], object]
    provenance: Provenance

    def check_again(self) -> None:
        """Check whether the style may be used for one more photo.

        Raises StylistError where it may not, UnrecordedError when that cannot be recorded.
        """
        try:
            self.check()
        except UnrecordedError:
            raise
        except StylistError as error:
            raise StylistError(f"{error}; what was made before stays, and no further photo is restyled") from error

    def noise(self, size: int) -> Tensor | None:
        """Return z, (size,), which draws the variation inside the look; None is z = 0."""
        if self.request.seed is None:
            return None
        return torch.randn(size, generator=torch.Generator().manual_seed(self.request.seed))

    def area_weights(self) -> Tensor | None:
        """Return the weight of the change in each area (`looks.areas.AREAS`), (6,); None where all are 1."""
        regions = self.request.regions
        return torch.tensor([float(regions.get(name, 1)) for name in AREAS]) if regions else None


def style_of_looks(
    request: Restyling, shares: dict[str, float], model: Model, permission: Permission, guard: LikenessGuard
) -> Style:
    """Return the style of looks with their shares, and record that they are used; raises as `Stylist.apply` does."""
    bundle = model.bundle
    permission.record(bundle, shares)
    code = sum((share * bundle.looks.code(name) for name, share in shares.items()), torch.zeros(()))
    used = [name for name, share in shares.items() if share]
    creators, unchecked = guard.creators(used, bundle.looks)
    notices = [*filter(None, (thin_look_notice(bundle.looks[name]) for name in used)), *unchecked]
    check = partial(permission.check, bundle, [*shares])
    return Style(request, code, creators, notices, check, _provenance(request, shares, model, None))


def style_of_reference(
    request: Restyling,
    photo: GivenPhoto,
    model: Model,
    permission: Permission,
    guard: LikenessGuard,
    detector: Detector,
) -> Style:
    """Return the style of a reference photo, and record that it is used; raises as `Stylist.apply` does."""
    bundle, original = model.bundle, original_of(photo, private=False)
    reference = Reference.of(photo, original)
    record, notices = reference.check(permission, bundle)
    seen = original.seen
    found = faces_in(seen, detector)[:1]
    (place,) = crops_of(found, bundle.crop_margin, seen.shape)
    code = bundle.looks.code_of(bundle.encoder, to_tensor(crop_face(seen, place, CROP)[None]))
    creators, unchecked = guard.reference(seen, place if found else None)
    check = partial(reference.check, permission, bundle, refusals_only=True)
    return Style(request, code, creators, [*notices, *unchecked], check, _provenance(request, {}, model, record))


def _provenance(
    request: Restyling, shares: dict[str, float], model: Model, reference: ReferenceRecord | None
) -> Provenance:
    return {
        "software": "influencer_style",
        "model": model.source,
        "model_version": model.version,
        "model_fingerprint": model.bundle.fingerprint,
        "looks": shares,
        "strength": request.strength,
        "seed": request.seed,
        "regions": dict(request.regions or {}),
        "reference": reference,
        "consents": {name: dict(model.bundle.looks[name].consent) for name in shares},
    }
