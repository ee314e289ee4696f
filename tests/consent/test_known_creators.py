"""Where creators' folders are: written for their owner alone, found again after a move or a new name."""

from __future__ import annotations

import shutil
import stat

import pandas as pd
import pytest

from influencer_style.consent.known_creators import KnownCreator, KnownCreatorError, KnownCreators
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.slug import skeleton
from influencer_style.pipelines.ingestion.known import remember_creators
from tests.made_up_photos import CONSENT

ANNA = KnownCreator(creator="Anna", slug="anna", folder="/photos/Anna", photos=("a" * 16,))


@pytest.fixture
def project(tmp_path):
    """A project that has Anna's photos in it."""
    folder = tmp_path / "project"
    (folder / "photos/Anna").mkdir(parents=True)
    (folder / "photos/Anna/consent.yml").write_text(CONSENT)
    return folder


def ingest(project, ledger, user=None, photos=("a" * 16,)):
    rows = [{"role": "creator", "slug": "anna", "creator": "Anna", "photo_id": photo} for photo in photos or ("",)]
    remember_creators(pd.DataFrame(rows), project / "photos", project, ledger, user)


def test_each_project_has_a_row_of_its_own_and_only_the_owner_reads_it(tmp_path):
    known = KnownCreators(tmp_path)
    assert list(known) == [] and known.of("anna") == []
    for one in (ANNA, ANNA.model_copy(update={"project": "/b"}), ANNA.model_copy(update={"folder": "/new"})):
        known.put(one)
    assert sorted((one.project, one.folder) for one in known.of("anna")) == [("", "/new"), ("/b", "/photos/Anna")]
    assert known.of("ann") == known.of("*") == []
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (known.folder, *known.folder.iterdir())}
    assert modes == {0o700, 0o600}
    known.remove("anna", "/b")
    assert [one.project for one in known] == [""]


@pytest.mark.parametrize("text", ["", "{", "[" * 3000, '{"schema": 1}', '{"schema": 2, "creator": "Anna"}'])
def test_one_that_cannot_be_read_is_no_leave_to_go_on(tmp_path, text):
    known = KnownCreators(tmp_path)
    known.put(ANNA)
    (file,) = known.folder.iterdir()
    file.write_text(text)
    with pytest.raises(KnownCreatorError, match=r"anna-.*remove the file, then kedro run --pipeline ingestion"):
        known.of("anna")


def test_a_project_that_is_moved_takes_its_creators_with_it(project, tmp_path):
    ledger, user = Ledger(project / "data/00_consent"), Ledger(tmp_path / "home")
    ingest(project, ledger, user)
    (own,), (users,) = ledger.creators.of("anna"), user.creators.of("anna")
    assert (own.project, own.folder, own.consent["subject"]) == ("", "../../photos/Anna", "Anna")
    assert (users.project, users.folder) == (str(project), str(project / "photos/Anna"))
    assert ledger.creators.folders_of(own) == user.creators.folders_of(users) == [project / "photos/Anna"]
    shutil.move(project, tmp_path / "moved")
    moved = Ledger(tmp_path / "moved/data/00_consent").creators
    assert moved.folders_of(*moved.of("anna")) == [tmp_path / "moved/photos/Anna"]
    assert user.creators.folders_of(users) == []


def test_a_folder_of_another_name_is_found_by_the_subject_of_its_consent(project):
    ledger = Ledger(project / "data/00_consent")
    ingest(project, ledger)
    (known,) = ledger.creators.of("anna")
    (project / "photos/Anna").rename(project / "photos/Holiday")
    (project / "photos/Bela").mkdir()
    (project / "photos/Bela/consent.yml").write_text(CONSENT.replace("subject: Anna", "subject: Bela"))
    assert ledger.creators.folders_of(known) == [project / "photos/Holiday"]


def test_a_refused_creator_keeps_the_photos_and_the_consent_that_were_read_before(project):
    ledger = Ledger(project / "data/00_consent")
    ingest(project, ledger, photos=("a" * 16, "b" * 16))
    (project / "photos/Anna/consent.yml").unlink()
    ingest(project, ledger, photos=())
    (known,) = ledger.creators.of("anna")
    assert known.photos == ("a" * 16, "b" * 16) and known.consent["subject"] == "Anna"


def test_of_somebody_who_never_consented_nothing_is_kept(project):
    ledger = Ledger(project / "data/00_consent")
    ingest(project, ledger, photos=())
    assert list(ledger.creators) == [] and not ledger.creators.folder.exists()


def test_the_users_ledger_may_be_missing_or_full_without_ending_ingestion(project, tmp_path, caplog):
    (tmp_path / "home").write_text("a file where the folder should be")
    ledger = Ledger(project / "data/00_consent")
    ingest(project, ledger, Ledger(tmp_path / "home"))
    assert ledger.creators.of("anna") and "Copies of models are decided about by their own copy" in caplog.text


@pytest.mark.parametrize(
    ("name", "like"), [("Аda", "ada"), ("ADA", "ada"), ("Ádá", "ada"), ("ΑΒΑ", "aba"), ("Ada Example", "ada-example")]
)
def test_names_that_look_alike_have_one_skeleton(name, like):
    assert skeleton(name) == like


def test_other_names_do_not():
    assert len({skeleton(name) for name in ("Ada", "Ida", "Иван", "名前", "Ada II", "Bela")}) == 6
