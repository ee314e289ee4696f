"""Metrics: pure measures of pictures and of sets of pictures."""
