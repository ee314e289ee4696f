"""The nodes of `generate`."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
from PIL import Image

from influencer_style.batches.generated_batch import GeneratedBatch, draw_sheet
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.project.folder import model_place
from influencer_style.stylist.generation import open_generation
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_PORTRAITS = "generated"  # folder of the pictures, beside the index


def generate_portraits(folder: Path, parameters: GenerateParameters) -> tuple[pd.DataFrame, Image.Image]:
    """Make new portraits: what is not there yet.

    Args:
        folder: gets the pictures, in a sub-folder, and their index.
        parameters: what to make.

    Returns:
        the index, with a row for each portrait; and a sheet of the first of them.

    Raises:
        RegistryError, BundleError: when there is no model of that name.
        StylistError: when the models cannot do what is asked, or the look's consent does not allow it.
        BatchError: when the folder cannot be written to.
    """
    wanted = parameters.portraits()
    current.shows([wanted.look])
    generation = open_generation(wanted, model_place(parameters.model), model_place(parameters.transfer))
    batch = GeneratedBatch(generation, folder / _PORTRAITS, folder / "index.parquet")
    written, there = batch.run(parameters.count)
    log.info(
        "%d portraits written, %d up to date, %d thrown away because they repeated a training photo; in %s",
        *(written, there, generation.rejected, folder / _PORTRAITS),
    )
    current.log_metrics({"written": float(written), "up_to_date": float(there), "rejected": float(generation.rejected)})
    first = [batch.path(number) for number in range(min(parameters.count, parameters.sheet_portraits))]
    return pd.DataFrame(batch.index.rows()), draw_sheet(first, parameters.size)
