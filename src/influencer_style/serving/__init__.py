"""Serving: the Stylist (Python API), the command line, the served model."""
