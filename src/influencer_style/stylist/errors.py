"""What a Stylist raises, and what an unexpected error about one photo of many becomes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from influencer_style.photos.files import PhotoError
from influencer_style.storage.text import short

logger = logging.getLogger(__name__)

Made = TypeVar("Made")


class StylistError(ValueError):
    """The picture, the look or an option cannot be used; the message says what to do."""


class UnrecordedError(StylistError):
    """A decision about a consent cannot be recorded, so it is not made; the message names the file and the remedy."""


class LikenessError(StylistError):
    """A result was refused: it has become the creator's face, or that could not be checked."""


class ExportError(ValueError):
    """Nothing was exported; the message says why."""


def outcome_of(work: Callable[[], Made]) -> Made | PhotoError | StylistError:
    """Return the result of the work on one photo, or the error why it has none.

    Raises UnrecordedError when a decision about a consent cannot be recorded, which is no photo's fault.
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
        unexpected = StylistError(f"cannot be restyled ({words_of(error)}); export it again from its original")
        unexpected.__cause__ = error
        return unexpected


def words_of(error: Exception) -> str:
    """Return an unexpected error as one short line."""
    return f"{type(error).__name__}: {short(str(error))}".removesuffix(": ")
