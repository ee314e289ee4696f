"""The nodes of `generate`."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.batches.generated_batch import GeneratedBatch
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.project.folder import model_place
from influencer_style.stylist.generation import Generation
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_PORTRAITS = "generated"  # folder of the pictures, next to the index


def generate_portraits(folder: Path, parameters: GenerateParameters) -> tuple[pd.DataFrame, Image.Image]:
    """Make the portraits that do not exist yet, in a sub-folder of `folder`.

    Returns the index, with a row for each portrait, and a sheet of the first of them. Raises RegistryError or
    BundleError when there is no model of that name, StylistError when the models cannot do what is requested or the
    look's consent does not allow it, BatchError when the folder cannot be written to.
    """
    current.shows([parameters.look])
    generation = Generation.load(parameters, model_place(parameters.model), model_place(parameters.transfer))
    batch = GeneratedBatch(generation, folder / _PORTRAITS, folder / "index.parquet")
    written, existing = batch.run()
    log.info(
        "%d portraits written, %d up to date, %d thrown away because they repeated a training photo; in %s",
        *(written, existing, generation.rejected, folder / _PORTRAITS),
    )
    rejected = float(generation.rejected)
    current.log_metrics({"written": float(written), "up_to_date": float(existing), "rejected": rejected})
    return pd.DataFrame(batch.index.rows()), batch.draw_sheet(parameters.sheet_portraits)
