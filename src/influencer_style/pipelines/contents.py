"""Fingerprints of what nodes hand to each other: by content, so that the same data give the same one in every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image
from torch import Tensor, nn

from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.storage.fingerprint import fingerprint


def contents_fingerprint(*values: Any) -> str:
    """Return the SHA-256 (hex) of values that nodes take: plain data, tables, pictures, networks, our own types.

    Raises:
        TypeError: for a type whose content it cannot tell; give it a function here.
    """
    return fingerprint([_parts(value) for value in values])


@singledispatch
def _parts(value: Any) -> Any:
    """Return a value as data that `storage.fingerprint` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, {one.name: _parts(getattr(value, one.name)) for one in fields(value)}]
    return value


@_parts.register
def _(value: Mapping) -> Any:
    return {str(key): _parts(part) for key, part in value.items()}


@_parts.register(list)
@_parts.register(tuple)
def _(value: Any) -> Any:
    return [_parts(part) for part in value]


@_parts.register
def _(value: slice) -> Any:
    return ["slice", value.start, value.stop, value.step]


@_parts.register
def _(value: date) -> Any:
    return value.isoformat()


@_parts.register
def _(value: pd.DataFrame) -> Any:
    table = pa.Table.from_pandas(value, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@_parts.register
def _(value: Tensor) -> Any:
    return value.detach().cpu().numpy()


@_parts.register
def _(value: nn.Module) -> Any:
    # The configuration beside the weights: two networks may hold the same ones and use them differently.
    return [repr(value), _parts(getattr(value, "config", None)), _parts(value.state_dict())]


@_parts.register
def _(value: Image.Image) -> Any:
    return [value.mode, np.asarray(value)]


@_parts.register
def _(value: FaceStore) -> Any:
    # A crop depends on its photo, which the table names by its digest, and on what the store's fingerprint stands for.
    return [value.size, value.fingerprint, list(value.keys), _parts(value.table)]


@_parts.register
def _(value: LookProfiles) -> Any:
    looks = [_parts(value[name]) for name in value.names]
    return [_parts(value.reference), looks, value.encoder_sha256, _parts(value.groups), value.reference_note]
