"""Fingerprints of what nodes take: the same for the same content, another for another."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.pipelines.contents import contents_fingerprint as of


def test_tables_tensors_and_pictures_count_by_content():
    table = pd.DataFrame({"name": ["a", "b"], "numbers": [[1.0, 2.0], [3.0]]})
    assert of(table) == of(table.copy()) != of(table.assign(name=["a", "c"]))
    assert of(table) != of(table.iloc[::-1]) and of(table) != of(table.rename(columns={"name": "names"}))
    assert of(torch.ones(2)) == of(torch.ones(2)) != of(torch.zeros(2))
    assert of(Image.new("RGB", (2, 2))) == of(Image.new("RGB", (2, 2))) != of(Image.new("RGB", (2, 2), "red"))
    assert of({"a": [1, None, slice(0, 2)]}) != of({"a": [1, None, slice(0, 3)]})


def test_a_network_counts_with_its_weights_and_its_configuration():
    torch.manual_seed(0)
    config = TransferConfig(code=200, channels=8, blocks=1, masks=2, palette=0.5)
    network = TransferGenerator(config)
    same, other = TransferGenerator(config), TransferGenerator(replace(config, palette=1.0))
    assert of(network) != of(same), "weights differ"
    same.load_state_dict(network.state_dict())
    other.load_state_dict(network.state_dict())
    assert of(network) == of(same) != of(other)


def test_a_model_without_one_of_its_looks_and_crops_without_a_creator_are_others(world):
    bundle, faces = world["look_transfer"], world["face_crops"]
    assert of(bundle) == of(replace(bundle)) != of(replace(bundle, looks=bundle.looks.only(["warm"])))
    assert of(faces) == of(faces.without_creators_but(["warm", "cool"])) != of(faces.without_creators_but(["warm"]))
    assert of(bundle.looks) != of(bundle.looks.with_likenesses({}))


def test_what_has_no_content_that_can_be_told_is_refused():
    with pytest.raises(TypeError, match="object"):
        of(object())
    assert of(np.ones(2)) == of(np.ones(2))
