"""A small, untrained model folder with two looks, and the same model registered.

Heavy packages are imported in the fixtures: see `conftest.py`.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # `benchmarks`, which is no installed package


@pytest.fixture(scope="session")
def bundle(encoder):
    import torch
    from made_up_looks import made_up_looks, smooth_people, tinted

    from influencer_style.looks.pixels import to_uint8
    from influencer_style.metrics.likeness import remember
    from influencer_style.metrics.studio_judge import load_studio_judge
    from influencer_style.networks.bundle import TransferBundle
    from influencer_style.networks.transfer import TransferConfig, TransferGenerator

    people = smooth_people(8, 64)
    sets, expiry = tinted(people), {"warm": "never", "cold": "2020-01-01"}
    looks = made_up_looks(encoder, people, sets)
    looks = looks.holding(
        replace(look, consent={"scope": ["train", "transfer"], "expires": expiry[look.slug]}) for look in looks
    )
    torch.manual_seed(0)
    width = looks.code("warm").shape[0]
    generator = TransferGenerator(TransferConfig(width, channels=8, blocks=1, masks=2)).eval()
    for head in (generator.heads, generator.transforms):  # as if it had learnt something
        torch.nn.init.normal_(head.weight, std=0.02)
    made = TransferBundle(generator, encoder, looks, 2.0, "f" * 64, "d" * 64, "# card")
    creators = {name: to_uint8(images) for name, images in sets.items()}
    known = remember(load_studio_judge(), made, creators, to_uint8(people))
    return replace(made, looks=looks.with_likenesses(known))


@pytest.fixture(scope="session")
def model_folder(bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    bundle.save(folder)
    return folder


@pytest.fixture(scope="session")
def store(model_folder, tmp_path_factory):
    """The store in which the model is registered, as a node does it; its URI there is `model_server.URI`."""
    import mlflow

    from benchmarks.model_server import registered

    made = registered(model_folder, tmp_path_factory.mktemp("registry"))
    mlflow.set_tracking_uri(None)  # it is in the environment, and so in every process that a later test starts
    return made


@pytest.fixture(scope="session")
def served(store):
    """The registered model, loaded into this process."""
    import mlflow

    from benchmarks.model_server import URI

    mlflow.set_tracking_uri(store.uri)
    model = mlflow.pyfunc.load_model(URI)
    mlflow.set_tracking_uri(None)
    return model


@pytest.fixture
def folder(model_folder, tmp_path):
    return shutil.copytree(model_folder, tmp_path / "model")


@pytest.fixture(scope="session")
def drawing_folder(bundle, tmp_path_factory):
    from made_up_looks import smooth_people
    from made_up_synthesis import SIDE, with_looks_of

    from influencer_style.looks.pixels import to_uint8

    folder = tmp_path_factory.mktemp("synthesis")
    with_looks_of(bundle, {"warm": to_uint8(smooth_people(4, SIDE))}).save(folder)
    return folder
