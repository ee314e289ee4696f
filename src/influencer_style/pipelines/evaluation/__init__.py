"""A trained generator in; its scorecard, contact sheet and report out."""
