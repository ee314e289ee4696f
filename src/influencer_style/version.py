"""The version of this software; in a file of its own, which imports nothing."""

__version__ = "0.1.0"
