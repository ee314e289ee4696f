"""Metrics: what a result is worth, beside known truth and simple baselines. Pure functions."""
