"""Names and values in the form that MLflow takes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

# MLflow 3 takes 6000 characters; servers of other versions 500. The whole configuration is in config.yml.
VALUE_LENGTH = 500
KEY_LENGTH = 250


def safe_key(name: str) -> str:
    """Return `name` as MLflow takes it for a parameter or metric: other characters become `_`."""
    cleaned = posixpath.normpath(re.sub(r"[^/\w.\- :]", "_", name)).strip("/.")
    return cleaned[:KEY_LENGTH] or "_"


def flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (dotted name, text) for each leaf of nested parameters (mappings, pydantic models, dataclasses).

    Lists are leaves, as JSON. Texts are cut to `VALUE_LENGTH` characters.
    """
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    elif is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from flatten(part, f"{prefix}.{key}" if prefix else str(key))
        return
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    yield safe_key(prefix), text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 1]}…"
