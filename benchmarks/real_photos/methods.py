"""The project's generator as a method: (photos, photos that teach the look, population) -> results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.metrics.baselines import Method
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops


def generator_methods(bundle: TransferBundle) -> dict[str, Method]:
    """Return the ways to condition a generator on a look that it has never seen.

    - `generator`: on all photos that teach the look, measured against the population that baselines get too: as the
      `features` pipeline does for a folder of creators with a folder of users.
    - `generator_own_population`: the same, measured against the population that the model came with.
    - `generator_one_photo`: on a single one of them, each test photo on another in turn, so that no choice decides.
    """

    def statistics(pictures: np.ndarray) -> SetStatistics:
        return SetStatistics.of(*describe(bundle.encoder, to_tensor(pictures)))

    def restyle(photos: np.ndarray, sets: list[np.ndarray], reference: SetStatistics) -> np.ndarray:
        profiles = [LookProfile(f"set-{i}", "", statistics(pictures)) for i, pictures in enumerate(sets)]
        known = LookProfiles(reference, profiles, bundle.encoder.sha256, bundle.looks.groups)
        model, results = replace(bundle, looks=known), np.empty_like(photos)
        for i in range(min(len(sets), len(photos))):
            results[i :: len(sets)] = restyle_crops(model, photos[i :: len(sets)], f"set-{i}")
        return results

    def generator(photos: np.ndarray, teachers: np.ndarray, population: np.ndarray) -> np.ndarray:
        return restyle(photos, [teachers], statistics(population))

    def generator_own_population(photos: np.ndarray, teachers: np.ndarray, _population: np.ndarray) -> np.ndarray:
        return restyle(photos, [teachers], bundle.looks.reference)

    def generator_one_photo(photos: np.ndarray, teachers: np.ndarray, population: np.ndarray) -> np.ndarray:
        return restyle(photos, list(teachers[:, None]), statistics(population))

    return {method.__name__: method for method in (generator, generator_own_population, generator_one_photo)}
