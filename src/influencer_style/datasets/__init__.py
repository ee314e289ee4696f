"""Our Kedro datasets. Each is imported when it is asked for: the catalog names `influencer_style.datasets.<Class>`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "AtomicCSVDataset": "atomic",
    "AtomicJSONDataset": "atomic",
    "AtomicParquetDataset": "atomic",
    "AtomicTextDataset": "atomic",
    "BaseDataset": "base",
    "FaceStoreDataset": "face_store",
    "FolderDataset": "folder",
    "LookProfilesDataset": "look_profiles",
    "ManifestDataset": "manifest",
    "OptionalDataset": "previous",
    "PhotoSourceDataset": "photo_source",
    "PictureDataset": "picture",
    "PreviousDataset": "previous",
    "RegisteredGeneratorDataset": "registered_generator",
    "RegisteredSynthesisDataset": "registered_generator",
    "StyleEncoderDataset": "style_encoder",
    "SynthesisBaseDataset": "base",
    "WorkFolderDataset": "folder",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"{__name__} has no {name}; it has {', '.join(_HOMES)}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(_HOMES)
