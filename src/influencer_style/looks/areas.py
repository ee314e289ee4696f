"""The areas of a portrait that a look is measured in and applied to. No torch here: command lines need the names."""

REGIONS = ("skin", "lips", "eyes", "hair", "background")  # the areas that the studio renders masks for
AREAS = (*REGIONS, "other")
