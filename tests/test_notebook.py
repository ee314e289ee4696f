"""The notebook, executed from its folder as a newcomer does, over the tiny project's finished run."""

import base64
import io
import re
import shutil

import nbformat
import numpy as np
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from PIL import Image
from tiny_project import ROOT

NOTEBOOK = ROOT / "notebooks/walk_through.ipynb"


@pytest.fixture(scope="module")
def outputs(finished):
    """What each code cell printed or showed: pairs of its source and its outputs."""
    shutil.copytree(NOTEBOOK.parent, finished / "notebooks", dirs_exist_ok=True)
    notebook = nbformat.read(finished / "notebooks" / NOTEBOOK.name, as_version=4)
    # Without kernels that somebody installed: this interpreter's own.
    kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client = NotebookClient(
        notebook, km=kernel, timeout=120, resources={"metadata": {"path": str(finished / "notebooks")}}
    )
    client.execute()
    return [(cell.source, cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def shown(outputs, word: str, kind: str) -> str:
    """The content of type `kind` that the cell with `word` in its source showed last."""
    (cell,) = [cell for source, cell in outputs if word in source]
    return [output["data"][kind] for output in cell if kind in output.get("data", {})][-1]


def words(outputs, word: str) -> str:
    """A table's text, cell by cell."""
    return " ".join(re.sub("<[^>]+>", " ", shown(outputs, word, "text/html")).split())


def picture(outputs, word: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(shown(outputs, word, "image/png"))))


def test_it_is_kept_without_outputs():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_it_opens_the_catalog_the_looks_and_the_scorecard(finished, outputs):
    entries = words(outputs, "entries =")
    assert "contact_sheet reporting data/08_reporting/contact_sheet.png True" in entries
    base = "data/06_models/base"  # of a pipeline that a first run leaves out
    assert f"base models {base} {(finished / base).exists()}" in entries
    assert "rosewater Rosewater (studio character" in words(outputs, "looks.names")
    figures = words(outputs, "figures =")
    assert figures.index("oracle") < figures.index("do_nothing") and "delta_e_skin" in figures
    assert picture(outputs, '"contact_sheet"').width > 200


def test_it_restyles_a_portrait_by_look_by_strength_and_mixed(outputs):
    size = (5 * 256, 256)  # the photo and four looks, five strengths, five mixes
    looks, strengths, mixes = (
        np.asarray(picture(outputs, word), int) for word in ("as_it_is =", "strengths =", "mixes =")
    )
    assert looks.shape[1::-1] == strengths.shape[1::-1] == mixes.shape[1::-1] == size

    def part(row, number):
        return row[:, number * 256 : (number + 1) * 256]

    assert np.array_equal(part(strengths, 0), part(looks, 0)), "strength 0 is the photo"
    assert np.array_equal(part(strengths, 4), part(looks, 1)), "strength 1 is the look"
    away = [np.abs(part(strengths, number) - part(strengths, 0)).mean() for number in range(5)]
    assert away == sorted(away) and away[-1] > 1
    assert np.array_equal(part(mixes, 0), part(looks, 1)) and np.array_equal(part(mixes, 4), part(looks, 4))
