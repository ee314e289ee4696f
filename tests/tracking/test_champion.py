"""The title of champion: who has it, how it moves, and how it comes back; and all of it on record."""

from __future__ import annotations

import json

import pytest

from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.champion import (
    add_to_description,
    contender,
    contender_of,
    crown,
    folder_of,
    record_verdict,
    roll_back,
)
from influencer_style.tracking.registry.registration import is_registered, register_generator
from influencer_style.tracking.registry.versions import RegistryError


@pytest.fixture(scope="module")
def registered(store, project, tmp_path_factory):
    """A registered model of two versions; its name."""
    folder, name = tmp_path_factory.mktemp("champion") / "look_transfer", "title"
    folder.mkdir()
    (folder / "looks.json").write_text(json.dumps({"looks": [{"slug": "noir"}]}))
    run = NodeRun(store, "node", [], project)
    run.open(store.experiment_id("single"))
    current.enter(run)
    assert not is_registered(name)
    for fingerprint in ("a", "b"):
        (folder / "generator.safetensors").write_bytes(fingerprint.encode())
        register_generator(folder, name, {"fingerprint": fingerprint, "revoked": "false"}, "# card")
    assert is_registered(name)
    run.close("FINISHED")
    return name


@pytest.fixture
def versions(store, registered, request):
    """A registered model of the same two versions, the first of them champion, for one test to change; its name."""
    name = f"title-{abs(hash(request.node.name))}"
    store.client.create_registered_model(name)
    for number, alias in (("1", "champion"), ("2", "challenger")):
        one = store.client.get_model_version(registered, number)
        store.client.create_model_version(
            name, one.source, one.run_id, one.tags, description=one.description, model_id=one.model_id
        )
        store.client.set_registered_model_alias(name, alias, number)
    return name


def aliases(store, name):
    return {alias: str(version) for alias, version in store.client.get_registered_model(name).aliases.items()}


def test_promotion_moves_the_title_and_says_why(store, versions):
    one = contender(store, versions, "@challenger")
    assert one == contender_of(store, versions, "b") == contender(store, versions, "2")
    assert (folder_of(store, one) / "generator.safetensors").read_bytes() == b"b"
    record_verdict(store, one, "1", True, ["surely better", "no worse"])
    crown(store, one, "surely better", "1")
    assert aliases(store, versions) == {"champion": "2"}
    tags = contender(store, versions, "2").tags
    assert (tags["verdict"], tags["verdict_against"], tags["verdict_reasons"]) == (
        "promoted",
        "1",
        "surely better; no worse",
    )
    assert (tags["champion_after"], tags["champion_why"]) == ("1", "surely better") and "UTC" in tags["champion_since"]


def test_a_section_of_a_description_is_replaced_by_its_heading(store, versions):
    one = contender(store, versions, "1")
    for figure in (1, 2):
        add_to_description(store, one, f"## Scores\n\n{figure}")
    assert store.client.get_model_version(versions, "1").description == "# card\n\n## Scores\n\n2\n"


def test_a_title_that_has_moved_in_the_meantime_is_not_taken(store, versions):
    crown(store, contender(store, versions, "2"), "first", "1")
    with pytest.raises(RegistryError, match="judge again"):
        crown(store, contender(store, versions, "2"), "second", "1")


def test_rolling_back_returns_the_title_and_keeps_it_there(store, versions):
    crown(store, contender(store, versions, "2"), "better", "1")
    record = roll_back(store, versions, "", "too pale")
    assert (record["champion"], record["rolled_back"], record["why"]) == ("1", "2", "too pale")
    assert aliases(store, versions)["champion"] == "1"
    back = contender(store, versions, "2")
    assert "rolled back" in back.objections[0] and "too pale" in back.objections[0]
    assert contender(store, versions, "1").tags["champion_why"] == "too pale"
    again = roll_back(store, versions, "2", "")
    assert again["champion"] == "2" and contender(store, versions, "2").objections == []


def test_a_rollback_that_was_killed_goes_back_no_further_the_next_time(store, versions, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    crown(store, contender(store, versions, "2"), "better", "1")
    with monkeypatch.context() as patch:
        patch.setattr(store.client, "set_registered_model_alias", killed)
        with pytest.raises(KeyboardInterrupt):
            roll_back(store, versions, "", "too pale")
    assert aliases(store, versions)["champion"] == "2"
    assert roll_back(store, versions, "", "too pale")["champion"] == "1"
    assert contender(store, versions, "2").objections


def test_rolling_back_to_nowhere_says_what_to_do(store, versions):
    with pytest.raises(RegistryError, match=r"rollback\.to=VERSION"):
        roll_back(store, versions, "", "")
    with pytest.raises(RegistryError, match="has no version 7; it has: 2, 1"):
        roll_back(store, versions, "7", "")
    with pytest.raises(RegistryError, match="the champion already"):
        roll_back(store, versions, "1", "")
    store.client.set_model_version_tag(versions, "2", "revoked", "true")
    assert "withdrawn" in contender(store, versions, "2").objections[0]
    with pytest.raises(RegistryError, match="was revoked"):
        roll_back(store, versions, "2", "")
    with pytest.raises(RegistryError, match="kedro run"):
        contender(store, "nothing", "@champion")
    with pytest.raises(RegistryError, match="is not registered"):
        contender_of(store, versions, "c")
