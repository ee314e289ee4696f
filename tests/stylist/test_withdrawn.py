"""After a withdrawal: the champion is without the look, and nothing loads or serves a model that rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import mlflow
import pytest
import yaml
from made_up_looks import smooth_people
from made_up_synthesis import SIDE, with_looks_of
from tiny_project import ROOT

from influencer_style import Stylist
from influencer_style.consent import ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.looks.pixels import to_uint8
from influencer_style.networks.base import SynthesisBase, TransferBase
from influencer_style.networks.bundle import SynthesisBundle
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.withdrawal.parameters import WithdrawalParameters
from influencer_style.pipelines.withdrawal.record import Replacement
from influencer_style.pipelines.withdrawal.versions import replace_champions, revoke_versions
from influencer_style.serving.served_synthesis import ServedSynthesis
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.models import open_model
from influencer_style.stylist.portraits import Portraits
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.registry.versions import RegistryError
from influencer_style.tracking.store import Store

STONE = Tombstone(creator="Warm", slug="warm", withdrawn_on=date(2026, 5, 1))
NAME, NEW_FACES = "look-transfer", "look-synthesis"


@pytest.fixture(scope="module")
def adapted(bundle):
    """The model, as if it had been adapted to both creators."""
    consent = {"scope": ["train", "transfer"], "expires": "never", "granted_on": "2025-01-01"}
    looks = bundle.looks.holding(replace(look, consent=consent) for look in bundle.looks)
    return replace(bundle, looks=looks, notes={"kept": "adapted"})


def replace_look(looks, look):
    from influencer_style.looks.profile import LookProfiles

    others = [looks[name] for name in looks.names if name != look.slug]
    return LookProfiles(looks.reference, [*others, look], looks.encoder_sha256, looks.groups, looks.reference_note)


@pytest.fixture(scope="module")
def drawing(adapted):
    """The same of synthesis, with marks of both creators' photos."""
    photos = to_uint8(smooth_people(4, SIDE))
    return replace(with_looks_of(adapted, dict.fromkeys(adapted.looks.names, photos)), notes={"kept": "adapted"})


def parameters(name):
    return yaml.safe_load((ROOT / f"conf/base/parameters_{name}.yml").read_text())


@pytest.fixture(scope="module")
def withdrawn(adapted, drawing, tmp_path_factory):
    """A registry whose champions were adapted to both, after Warm has withdrawn, and what was done."""
    folder = tmp_path_factory.mktemp("withdrawn")
    for model in (adapted, drawing):
        (folder / type(model).__name__).mkdir()
        model.save(folder / type(model).__name__)
    store = Store(f"sqlite:///{folder}/mlflow.db")
    experiment = store.experiment_id("serving")
    run = NodeRun(store, "node", [], folder)
    run.open(experiment)
    current.enter(run)
    register_generator(folder / "TransferBundle", NAME, adapted.tags(), "# card")
    register_generator(folder / "SynthesisBundle", NEW_FACES, drawing.tags(), "# card", "synthesis")
    training = TrainingParameters(**parameters("training")["training"])
    synthesis = SynthesisParameters(**parameters("synthesis_training")["synthesis"])
    shipped = parameters("withdrawal")["withdrawal"]["registered_models"]
    models = WithdrawalParameters(registered_models=shipped | {"look-nothing": "transfer"})
    done = []
    for _ in range(2):  # the second time there is nothing left to do
        replaced = replace_champions(STONE, None, None, training, synthesis, models)
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
    assert replaced == [Replacement(name, "1", "2") for name in (NAME, NEW_FACES)] and again == []
    assert [one.name for one in revoked] == [NAME, NEW_FACES] and left == revoked
    assert all(one.version == "1" and "trained on" in one.why and not one.left for one in revoked)
    for name, base in ((NAME, TransferBase), (NEW_FACES, SynthesisBase)):
        tags = store.client.get_model_version(name, "2").tags
        assert (tags["creators"], tags["kept"], tags["revoked"]) == ("cold", "base", "false")
        assert tags["base_sha256"] == base.load().sha256
    stylist = Stylist.load(f"models:/{NAME}@champion")
    assert stylist.looks == ["cold"] and stylist.version == f"{NAME} version 2"


def test_the_champion_of_synthesis_draws_and_serves_those_who_stay(withdrawn, here):
    bundle, *source = open_model(SynthesisBundle, f"models:/{NEW_FACES}@champion")
    assert bundle.looks["cold"].marks is None and source[1] == f"{NEW_FACES} version 2"
    made = Generation(Portraits(look="cold", seed=7, way="direct"), (bundle, *source)).make(0)
    (served,) = mlflow.pyfunc.load_model(f"models:/{NEW_FACES}@champion").predict([{"look": "cold", "seed": 7}])
    assert served["provenance"]["model_fingerprint"] == made.provenance["model_fingerprint"] == bundle.fingerprint
    with pytest.raises(RegistryError, match="version 1 was revoked: it was trained on photos or the look of Warm"):
        open_model(SynthesisBundle, f"models:/{NEW_FACES}/1")


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


def test_a_copy_of_synthesis_is_refused_where_it_was_trained_on_them_else_it_is_without_the_look(
    drawing, here, tmp_path
):
    for kept in ("adapted", "base"):
        (tmp_path / kept).mkdir()
        replace(drawing, notes={"kept": kept}).save(tmp_path / kept)
    rests = "rests on Warm, who withdrew on 2026-05-01.*train anew: kedro run --pipeline synthesis_training"
    with pytest.raises(StylistError, match=rests):
        Generation(Portraits(look="cold", seed=7, way="direct"), open_model(SynthesisBundle, tmp_path / "adapted"))
    with pytest.raises(StylistError, match=rests):
        ServedSynthesis().load_context(SimpleNamespace(artifacts={"model": tmp_path / "adapted"}))
    left = open_model(SynthesisBundle, tmp_path / "base")
    with pytest.raises(StylistError, match="no look 'warm' to generate in; choose one of: cold"):
        Generation(Portraits(look="warm", seed=7, way="direct"), left)
    Generation(Portraits(look="cold", seed=7, way="direct"), left).make(0)


def test_a_stylist_that_was_loaded_before_stops_at_the_next_photo(adapted, tmp_path, monkeypatch):
    import numpy as np

    monkeypatch.setenv(ledger.FOLDER, str(tmp_path / "ledger"))
    stylist, photo = Stylist(adapted), np.full((64, 64, 3), 128, np.uint8)
    stylist.apply(photo, "warm")
    ledger.Ledger(tmp_path / "ledger").tombstones.put(STONE)
    with pytest.raises(StylistError, match="Warm withdrew on 2026-05-01"):
        stylist.apply(photo, "warm")
    stylist.apply(photo, "cold")
