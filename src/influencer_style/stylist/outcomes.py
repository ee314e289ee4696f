"""One photo of many: whatever goes wrong with it is what became of it, and ends nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from influencer_style.photos.files import PhotoError
from influencer_style.storage.text import short
from influencer_style.stylist.result import StylistError, UnrecordedError

logger = logging.getLogger(__name__)

Made = TypeVar("Made")


def outcome_of(work: Callable[[], Made]) -> Made | PhotoError | StylistError:
    """Return what the work on one photo gives, or why there is nothing.

    Raises:
        UnrecordedError: when a decision about a consent cannot be recorded, which is no photo's fault.
    """
    try:
        return work()
    except UnrecordedError:
        raise
    except (PhotoError, StylistError) as error:
        return error
    except MemoryError:
        return PhotoError("too_large", "needs more memory than there is; make it smaller")
    except Exception as error:  # decoders, detectors and networks may raise anything for one photo in ten thousand
        logger.debug("A photo could not be restyled", exc_info=True)
        what = StylistError(f"cannot be restyled ({words_of(error)}); export it again from its original")
        what.__cause__ = error
        return what


def words_of(error: Exception) -> str:
    """Return what an unexpected error says, in one short line."""
    return f"{type(error).__name__}: {short(str(error))}".removesuffix(": ")
