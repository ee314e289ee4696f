"""The areas of a portrait that a look is measured in and applied to. No torch here: command lines need the names."""

from influencer_style.studio.region_names import REGIONS

AREAS = (*REGIONS, "other")
