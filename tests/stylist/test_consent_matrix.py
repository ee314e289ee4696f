"""Whatever is done to a consent, whichever way a look is asked for: nothing is made that the creator's folder refuses.

Every cell of the matrix is tested. What each deed is, stands in consent_world.py; what each way is, in WAYS below. A
hard link to a photo, and a photo that was saved anew, are known by no folder: the first is what `copy` is, the second
another file, which nobody can tell from a stranger's.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace

import consent_world
import numpy as np
import pytest
from consent_world import DEEDS, LEARNT, World, photo_id, with_consent
from mlflow.exceptions import MlflowException
from over_http import GOOD
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.consent.audit_check import verify
from influencer_style.consent.ledger import FOLDER
from influencer_style.networks.bundle import TransferBundle
from influencer_style.pipelines.stylize.nodes import restyle_folder
from influencer_style.pipelines.stylize.parameters import StylizeParameters
from influencer_style.serving.served_model import ServedModel
from influencer_style.stylist.errors import StylistError
from tests.audit_rows import rows_of
from tests.pipelines.test_stylize import SETTINGS

PHOTO = np.ascontiguousarray(astronaut()[::4, ::4])
OLDER = LEARNT | {"granted_on": "2024-01-01", "scope": ["train", "transfer"]}


@pytest.fixture(scope="module")
def lasting(bundle, tmp_path_factory):
    """The folders, with the model in the project."""
    world = World(tmp_path_factory.mktemp("consent"))
    world.project.mkdir()
    (world.project / "pyproject.toml").write_text("[tool.kedro]\n")
    world.restore()
    model = world.project / "data/06_models/look_transfer"
    model.mkdir(parents=True)
    with_consent(bundle, LEARNT, [photo_id(world.photo)]).save(model)
    (world.root / "users").mkdir()
    Image.fromarray(PHOTO).save(world.root / "users/me.png")
    return world, TransferBundle.load(model)


@pytest.fixture(scope="module")
def server(lasting):
    """A server that was started before anything was done."""
    made = ServedModel()
    made.load_context(SimpleNamespace(artifacts={"model": str(lasting[1].folder)}))
    return made


@pytest.fixture
def world(lasting, monkeypatch):
    """Everything as it was laid down; commands are typed outside of the project."""
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(lasting[0].root / "home"))
    monkeypatch.chdir(lasting[0].root)
    lasting[0].restore()
    return lasting[0]


class Ways:
    """Each makes one picture after the deed was done; a batch makes one before it."""

    def __init__(self, world, model, server, monkeypatch):
        self.world, self.model, self.server, self.monkeypatch = world, model, server, monkeypatch

    def by_look(self, deed):
        stylist = Stylist(self.model)
        deed(self.world)
        stylist.apply(PHOTO, "warm")

    def by_reference(self, deed):
        Stylist(self.model).apply(PHOTO, reference=deed(self.world))

    def batch(self, deed):
        results = Stylist(self.model).apply_many([PHOTO] * 3, "warm")
        assert next(results)[1].picture.size == (128, 128)
        deed(self.world)
        assert next(results)[1].picture.size == (128, 128)

    def served(self, deed):
        deed(self.world)
        try:
            self.server.predict([GOOD])
        except MlflowException as error:
            message = error.message
            assert "example.org" not in message and "consent.yml" not in message, "strangers read it"
            raise StylistError(message) from error

    def pipeline(self, deed):
        self.monkeypatch.chdir(self.world.project)
        deed(self.world)
        parameters = SETTINGS | {"folder": str(self.world.root / "users"), "model": "data/06_models/look_transfer"}
        restyle_folder(None, self.world.root / "out", StylizeParameters(**parameters))

    def older_version(self, deed):
        """One that was learnt under an earlier consent, in the project's model store."""
        store = self.world.project / "mlruns/1/models/m-1/artifacts/artifacts/look_transfer"
        stylist = Stylist(with_consent(self.model, OLDER, self.model.looks["warm"].photos, store))
        deed(self.world)
        stylist.apply(PHOTO, "warm")

    def copied_model(self, deed):
        """A copy outside of the project: the user's own ledger knows the folder."""
        deed(self.world)
        Stylist(replace(self.model, folder=self.world.root / "backup")).apply(PHOTO, "warm")


WAYS = ("by_look", "by_reference", "batch", "served", "pipeline", "older_version", "copied_model")


@pytest.fixture
def ways(world, lasting, server, monkeypatch):
    return Ways(world, lasting[1], server, monkeypatch)


@pytest.mark.parametrize("way", WAYS)
def test_while_nothing_was_done_a_picture_is_made(ways, way):
    getattr(ways, way)(consent_world.nothing)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("way", WAYS)
def test_no_picture_is_made(ways, world, way, deed):
    with pytest.raises(StylistError, match="consent"):
        getattr(ways, way)(DEEDS[deed])
    assert not list((world.root / "out").rglob("*.png"))
    log = next(log for log in (world.ledger.log, world.users_ledger.log) if log.path.is_file())
    *_, last = rows_of(log.path)
    assert last["decision"] == "refused" and not verify(log.path).problems


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": "2026-01-01"}, r"Warm/consent\.yml: expires: expired on 2026-01-01; ask warm@example\.org"),
        ({"scope": "[train, transfer]"}, r"Warm/consent\.yml: scope: covered generate when .*learn the look again"),
        ({"scope": "[transfer, generate]"}, r"Warm/consent\.yml: scope: covered train when .*learn the look again"),
        ({"subject": "Somebody Else"}, r"Warm/consent\.yml: subject: was 'Warm Example' .* 'Somebody Else' now"),
        ({"territory": "Germany"}, r"Warm/consent\.yml: territory: was 'worldwide' .* 'Germany' now"),
        ({"schema": "2"}, r"Warm/consent\.yml, line 1: schema: must be the number 1"),
    ],
)
def test_a_refusal_names_the_file_the_field_and_the_remedy(ways, world, changes, words):
    with pytest.raises(StylistError, match=words):
        ways.by_look(lambda world: world.write_consent(**changes))
    *_, last = rows_of(world.ledger.log.path)
    assert (last["stage"], last["creator"], last["decision"]) == ("stylize", "warm", "refused")


@pytest.mark.parametrize("way", ["by_look", "batch"])
def test_a_consent_that_was_renewed_or_widened_holds(ways, way):
    scope = "[train, transfer, generate, commercial]"
    getattr(ways, way)(lambda world: world.write_consent(expires="2099-01-01", scope=scope))


def test_on_a_disk_that_is_not_mounted_the_copy_in_the_model_decides(ways, world, lasting):
    def unmount(world):
        shutil.rmtree(world.creator.parent)

    ways.by_look(unmount)
    over = with_consent(lasting[1], LEARNT | consent_world.EXPIRED, folder=lasting[1].folder)
    with pytest.raises(StylistError, match="the consent for look 'warm' expired on 2026-01-01"):
        Stylist(over).apply(PHOTO, "warm")


def test_a_batch_in_the_look_of_a_reference_ends_too(world, lasting):
    results = Stylist(lasting[1]).apply_many([PHOTO] * 3, reference=world.photo)
    assert next(results)[1].provenance["reference"]["consent"]["subject"] == "Warm Example"
    consent_world.expire(world)
    with pytest.raises(StylistError, match=r"expired.*what was made before stays, and no further photo is restyled"):
        next(results)


def test_a_creator_of_the_same_name_in_another_project_decides_nothing(world, lasting):
    """The user's own ledger knows both; their photos tell them apart."""
    strangers = with_consent(lasting[1], LEARNT, ["0" * 16], world.root / "backup")
    consent_world.expire(world)
    Stylist(strangers).apply(PHOTO, "warm")
