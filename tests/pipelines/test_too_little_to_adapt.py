"""`training: {adapt: true}` with too few validation photos says so before the first step, and trains nothing."""

import yaml

from influencer_style.pipelines.training.nodes import train_transfer
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.project.folder import in_project


def test_too_few_validation_photos_keep_the_base_without_a_step(world, tmp_path, monkeypatch, caplog):
    def trained(*arguments):
        raise AssertionError("a training was begun")

    monkeypatch.setattr("influencer_style.pipelines.training.way.TransferWay.learn", trained)
    shipped = yaml.safe_load(in_project("conf/base/parameters_training.yml").read_text())["training"]
    parameters = TrainingParameters(**(shipped | {"adapt": True, "profile": "cpu"}))
    bundle = world["look_transfer"]
    model, decision = train_transfer(world["face_crops"], bundle.encoder, bundle.looks, tmp_path, parameters)
    assert model.origin.kept == decision["kept"] == "base" and model.origin.taught == ()
    assert "there are 2 of users, and 4 are needed; of creators cool 0, warm 0" in decision["why"]
    assert "The base is not adapted: too few validation photos" in caplog.text
