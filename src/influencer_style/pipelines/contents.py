"""Fingerprints of what nodes hand to each other: the same content has the same fingerprint in every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import singledispatch

import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image
from torch import Tensor, nn

from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.storage.fingerprint import fingerprint


def contents_fingerprint(*values: object) -> str:
    """Return the SHA-256 (hex) of values that nodes take: plain data, tables, pictures, networks, our own types.

    Raises TypeError for a type whose content it does not know; give it a function here.
    """
    return fingerprint([_parts(value) for value in values])


@singledispatch
def _parts(value: object) -> object:
    """Return a value as data that `storage.fingerprint` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, {one.name: _parts(getattr(value, one.name)) for one in fields(value)}]
    return value


@_parts.register(Mapping)
def _(value: Mapping[object, object]) -> object:
    return {str(key): _parts(part) for key, part in value.items()}


_parts.register(list, lambda value: [_parts(part) for part in value])
_parts.register(tuple, lambda value: [_parts(part) for part in value])
_parts.register(slice, lambda value: ["slice", value.start, value.stop, value.step])
_parts.register(date, lambda value: value.isoformat())
_parts.register(Tensor, lambda value: value.detach().cpu().numpy())
_parts.register(Image.Image, lambda value: [value.mode, np.asarray(value)])


@_parts.register
def _(value: pd.DataFrame) -> object:
    table = pa.Table.from_pandas(value, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@_parts.register
def _(value: nn.Module) -> object:
    # The configuration, too: two networks may have the same weights and use them differently.
    return [repr(value), _parts(getattr(value, "config", None)), _parts(value.state_dict())]


@_parts.register
def _(value: FaceStore) -> object:
    # A crop depends on its photo, which the table names by its digest, and on what the store's fingerprint stands for.
    return [value.size, value.fingerprint, list(value.keys), _parts(value.table)]


@_parts.register
def _(value: LookProfiles) -> object:
    looks = [_parts(value[name]) for name in value.names]
    return [_parts(value.reference), looks, value.encoder_sha256, _parts(value.groups), value.reference_note]
