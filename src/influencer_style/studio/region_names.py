"""The names of the regions of a portrait that the studio renders masks for."""

REGIONS = ("skin", "lips", "eyes", "hair", "background")
