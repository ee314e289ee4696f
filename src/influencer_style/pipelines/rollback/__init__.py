"""Gives `@champion` back to an earlier version, on record."""
