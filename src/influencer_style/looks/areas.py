"""The areas of a portrait that a look is measured in and applied to. No torch here: command lines need the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from influencer_style.faces.areas import AreaName

REGIONS = ("skin", "lips", "eyes", "hair", "background")  # the areas that the studio renders masks for
AREAS = (*REGIONS, "other")
# what each of AREAS is on a photo, for `faces.areas.Areas.grouped`; the studio's masks call brows skin
PARTS: dict[str, tuple[AreaName, ...]] = {
    "skin": ("skin", "brows"),
    "lips": ("lips",),
    "eyes": ("eyes",),
    "hair": ("hair",),
    "background": ("background",),
    "other": ("other",),
}
