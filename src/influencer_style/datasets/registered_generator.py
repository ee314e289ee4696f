"""A generator in a model folder, and a version of it in the model registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from influencer_style.datasets.local import LocalDataset
from influencer_style.storage.atomic import atomic_folder
from influencer_style.tracking.registry import register_generator

if TYPE_CHECKING:
    from influencer_style.networks.bundle import TransferBundle


class RegisteredGeneratorDataset(LocalDataset):
    """A `TransferBundle` in the folder `filepath`, registered when a tracked run saves it.

    Args:
        filepath: the model folder.
        registered_model: name in the registry, such as `look-transfer`.
        metadata: for other programs, such as Kedro-Viz; not used here.
    """

    def __init__(self, filepath: str, registered_model: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath, metadata)
        self._registered_model = registered_model

    def load(self) -> TransferBundle:
        from influencer_style.networks.bundle import TransferBundle

        return TransferBundle.load(self._filepath)

    def save(self, data: TransferBundle) -> None:
        with atomic_folder(self._filepath) as folder:
            data.save(folder)
        register_generator(self._filepath, self._registered_model, data.tags(), data.card)

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"registered_model": self._registered_model}

    def _exists(self) -> bool:
        return (self._filepath / "generator.safetensors").exists()
