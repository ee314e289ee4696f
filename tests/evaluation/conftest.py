"""The made-up cases that are judged."""

from judged import *  # noqa: F403 (the fixtures that its `__all__` lists)
