"""Crops and looks in; a registered generator of new portraits, its scorecard and its report out."""
