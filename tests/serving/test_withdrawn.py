"""After a withdrawal: the champion is without the look, and nothing loads or serves a model that rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import mlflow
import pytest
import yaml
from tiny_project import ROOT

from influencer_style import Stylist
from influencer_style.networks.base import Base
from influencer_style.photos import ledger
from influencer_style.photos.tombstones import Tombstone
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.withdrawal.parameters import WithdrawalParameters
from influencer_style.pipelines.withdrawal.versions import replace_champions, revoke_versions
from influencer_style.serving.result import StylistError
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry import RegistryError, register_generator
from influencer_style.tracking.store import Store

STONE = Tombstone(creator="Warm", slug="warm", withdrawn_on=date(2026, 5, 1))
NAME = "look-transfer"


@pytest.fixture(scope="module")
def adapted(bundle):
    """The model, as if it had been adapted to both creators."""
    consent = {"scope": ["train", "transfer"], "expires": "never", "granted_on": "2025-01-01"}
    looks = bundle.looks
    for name in looks.names:
        looks = replace_look(looks, replace(looks[name], consent=consent))
    return replace(bundle, looks=looks, notes={"kept": "adapted"})


def replace_look(looks, look):
    from influencer_style.looks.profile import LookProfiles

    others = [looks[name] for name in looks.names if name != look.slug]
    return LookProfiles(looks.reference, [*others, look], looks.encoder_sha256, looks.groups, looks.reference_note)


@pytest.fixture(scope="module")
def withdrawn(adapted, tmp_path_factory):
    """A registry whose champion was adapted to both, after Warm has withdrawn, and what was done."""
    folder = tmp_path_factory.mktemp("withdrawn")
    model = folder / "model"
    model.mkdir()
    adapted.save(model)
    store = Store(f"sqlite:///{folder}/mlflow.db")
    experiment = store.experiment_id("serving")
    run = NodeRun(store, store.client.create_run(experiment).info.run_id, experiment, "node", [], folder)
    current.enter(run)
    register_generator(model, NAME, adapted.tags(), "# card")
    training = TrainingParameters(
        **yaml.safe_load((ROOT / "conf/base/parameters_training.yml").read_text())["training"]
    )
    models = WithdrawalParameters(registered_models=(NAME, "look-nothing"))
    done = []
    for _ in range(2):  # the second time there is nothing left to do
        replaced = replace_champions(STONE, None, training, models)
        done.append((replaced, revoke_versions(STONE, replaced, models)))
    run.close("FINISHED")
    mlflow.set_tracking_uri(None)
    return store, done


@pytest.fixture
def here(withdrawn, tmp_path, monkeypatch):
    """Outside of any project, with that registry and a ledger in which Warm has withdrawn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", withdrawn[0].uri)
    monkeypatch.setenv(ledger.FOLDER, str(tmp_path / "ledger"))
    ledger.Ledger(tmp_path / "ledger").tombstones.put(STONE)


def test_the_base_in_the_looks_of_those_who_stay_is_champion(withdrawn, here):
    store, ((replaced, revoked), (again, left)) = withdrawn
    assert replaced == [{"name": NAME, "deposed": "1", "champion": "2"}] and again == []
    (one,) = revoked
    assert one["version"] == "1" and "trained on" in one["why"] and left == revoked and not one["left"]
    tags = store.client.get_model_version(NAME, "2").tags
    assert (tags["creators"], tags["kept"], tags["revoked"]) == ("cold", "base", "false")
    assert tags["base_sha256"] == Base.load().sha256
    stylist = Stylist.load(f"models:/{NAME}@champion")
    assert stylist.looks == ["cold"] and stylist.version == f"{NAME} version 2"


def test_the_revoked_version_is_loaded_by_nobody(withdrawn, here):
    with pytest.raises(RegistryError, match="version 1 was revoked: it was trained on photos or the look of Warm"):
        Stylist.load(f"models:/{NAME}/1")
    with pytest.raises(Exception, match=r"was revoked: it was trained on photos or the look of Warm, who withdrew on"):
        mlflow.pyfunc.load_model(f"models:/{NAME}/1")


def test_a_copy_of_the_model_is_refused_where_it_was_trained_on_them_else_it_is_without_the_look(
    adapted, here, tmp_path
):
    for kept in ("adapted", "base"):
        (tmp_path / kept).mkdir()
        replace(adapted, notes={"kept": kept}).save(tmp_path / kept)
    with pytest.raises(StylistError, match="rests on Warm, who withdrew on 2026-05-01"):
        Stylist.load(tmp_path / "adapted")
    assert Stylist.load(tmp_path / "base").looks == ["cold"]


def test_a_stylist_that_was_loaded_before_stops_at_the_next_photo(adapted, tmp_path, monkeypatch):
    import numpy as np

    monkeypatch.setenv(ledger.FOLDER, str(tmp_path / "ledger"))
    stylist, photo = Stylist(adapted), np.full((64, 64, 3), 128, np.uint8)
    stylist.apply(photo, "warm")
    ledger.Ledger(tmp_path / "ledger").tombstones.put(STONE)
    with pytest.raises(StylistError, match="Warm withdrew on 2026-05-01"):
        stylist.apply(photo, "warm")
    stylist.apply(photo, "cold")
