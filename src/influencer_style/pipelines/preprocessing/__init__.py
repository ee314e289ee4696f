"""Manifest in, face crops out."""
