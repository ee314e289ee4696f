"""Model folders, changed as a stranger might change them."""

import json

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from influencer_style.networks.bundle import BundleError, TransferBundle


def refused(folder, kind=TransferBundle):
    with pytest.raises(BundleError, match="is not a usable model folder") as error:
        kind.load(folder)
    return str(error.value)


def rewritten(folder, config=None, **metadata):
    file = folder / "generator.safetensors"
    with safe_open(str(file), "pt") as opened:
        told = opened.metadata()
    if config is not None:
        told["config"] = config if isinstance(config, str) else json.dumps(json.loads(told["config"]) | config)
    save_file(load_file(str(file)), str(file), told | metadata)


def reshaped(folder, change):
    file = folder / "generator.safetensors"
    with safe_open(str(file), "pt") as opened:
        metadata = opened.metadata()
    save_file(change(load_file(str(file))), str(file), metadata)
