"""New portraits, from the command line and from Python: the same again, within consents, never a copy."""

import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_synthesis import CONSENT, made_up_models
from PIL import Image

from influencer_style import Stylist
from influencer_style.batches.gathering import BatchError
from influencer_style.batches.generated_batch import GeneratedBatch
from influencer_style.commands.main import main
from influencer_style.looks.marks import Marks
from influencer_style.provenance.record import GENERATED, read_record
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.portraits import Portraits
from influencer_style.stylist.trace import Trace, in_words

DIRECT = Portraits(look="warm", count=3, seed=7, way="direct", size=32)


@pytest.fixture(scope="module")
def models():
    return made_up_models()


@pytest.fixture(scope="module")
def folders(models, tmp_path_factory):
    made = [tmp_path_factory.mktemp(name) for name in ("synthesis", "transfer")]
    for model, folder in zip(models, made, strict=True):
        model.save(folder)
    return made


def generation(models, request=DIRECT):
    return Generation(request, (models[0], "look-synthesis", ""), (models[1], "look-transfer", ""))


def changed(model, **look):
    """The synthesis model with its look `warm` changed."""
    return replace(model, looks=model.looks.holding([replace(model.looks["warm"], **look)]))


def pixels(result):
    return np.asarray(result.picture)


def test_a_seed_and_a_number_are_one_portrait(models):
    one, other = generation(models), generation(models)
    first, second = one.make(0), one.make(1)
    assert np.array_equal(pixels(second), pixels(other.make(1))), "whatever was made before"
    assert not np.array_equal(pixels(first), pixels(second))
    assert not np.array_equal(pixels(first), pixels(generation(models, DIRECT.model_copy(update={"seed": 8})).make(0)))
    assert one.fingerprint == other.fingerprint != generation(models, DIRECT.model_copy(update={"seed": 8})).fingerprint


def test_python_gives_what_the_command_line_gives(models, folders, tmp_path):
    stylist = Stylist(models[1], "look-transfer")
    made = stylist.generate("warm", 2, 7, model=folders[0], size=64, way="composed")
    assert main(["generate", "--look", "warm", "--count", "2", "--seed", "7", "--size", "64", "--out", str(tmp_path),
                 "--way", "composed", "--model", str(folders[0]), "--transfer", str(folders[1])]) == 0  # fmt: skip
    for number, result in enumerate(made):
        with Image.open(tmp_path / f"warm-composed-7-{number:04d}.png") as picture:
            assert np.array_equal(np.asarray(picture), pixels(result))
    assert made[0].provenance["transfer_model"]["model_fingerprint"] == models[1].fingerprint
    assert result.source_type == GENERATED and result.provenance["number"] == 1


def test_a_run_again_makes_what_is_missing_damaged_or_of_another_time(models, folders, tmp_path, capsys):
    def run(*more):
        wishes = ["--look", "warm", "--count", "3", "--seed", "7", "--way", "direct", "--size", "64"]
        code = main(["generate", *wishes, "--out", str(tmp_path), "--model", str(folders[0]), *more])
        return code, capsys.readouterr()

    code, told = run("--grid")
    names = [f"warm-direct-7-000{number}.png" for number in range(3)]
    assert code == 0 and "3 written, 0 up to date" in told.err
    assert told.out.split() == [str(tmp_path / name) for name in [*names, "warm-direct-7-sheet.png"]]
    before = {name: (tmp_path / name).read_bytes() for name in names}
    (tmp_path / names[0]).unlink()
    (tmp_path / names[1]).write_bytes(before[names[1]][:-200])
    assert "2 written, 1 up to date" in run()[1].err
    assert (tmp_path / names[2]).read_bytes() == before[names[2]], "nothing that was there is touched"
    (tmp_path / "index.parquet").unlink()
    assert "0 written, 3 up to date" in run()[1].err, "the pictures' own records tell"
    rows = pd.read_parquet(tmp_path / "index.parquet")
    assert rows["picture"].tolist() == names and set(rows["look"]) == {"warm"} and set(rows["creators"]) == {"warm"}
    assert json.loads(rows["consents"][0]) == {"warm": CONSENT} and (rows["photo"] == "").all()
    assert "3 written, 0 up to date" in run("--truncation", "0.5")[1].err
    assert "0 written, 3 up to date" in run("--truncation", "0.5")[1].err


def test_a_file_of_somebody_elses_is_left_alone(models, tmp_path):
    batch = GeneratedBatch(generation(models), tmp_path)
    Image.new("RGB", (32, 32)).save(batch.path(1))
    before = batch.path(1).read_bytes()
    with pytest.raises(BatchError, match=r"warm-direct-7-0001\.png is no portrait of this software; move it"):
        batch.run()
    assert batch.path(0).is_file() and batch.path(1).read_bytes() == before
    assert len(pd.read_parquet(tmp_path / "index.parquet")) == 1, "what was done is in the index"


def test_a_folder_that_cannot_be_written_is_named(models, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BatchError, match=r"file.* cannot be written .*choose another folder"):
        GeneratedBatch(generation(models), tmp_path / "file").run()


def test_the_file_says_that_a_model_made_it(models, tmp_path, capsys):
    request = Portraits(look="warm", count=1, seed=7, way="composed", size=48)
    batch = GeneratedBatch(generation(models, request), tmp_path)
    batch.run()
    assert main(["verify", str(batch.path(0))]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in (
        "a picture that a trained model made",
        "look: warm 100%",
        "seed: 7",
        "composed",
        "transfer generate",
    ):
        assert words in told
    assert "strength" not in told
    record = read_record(batch.path(0))
    traced = "\n".join(in_words("p", Trace(record)))
    assert "look      warm 100%, way composed, seed 7, number 0" in traced


def test_what_repeats_a_training_photo_is_thrown_away_and_counted(models):
    first, second = generation(models).make(0), generation(models).make(1)
    marks = Marks(models[0].looks["warm"].marks.features, 0.0)
    assert generation((changed(models[0], marks=marks), models[1])).make(0).provenance["rejected"] == 0
    from influencer_style.metrics.kid import kid_features

    marks = Marks(marks.features.new_tensor(kid_features(pixels(first)[None])), 1e-1)
    drawing = generation((changed(models[0], marks=marks), models[1]))
    again = drawing.make(0)
    assert drawing.rejected == again.provenance["rejected"] >= 1
    assert not np.array_equal(pixels(again), pixels(first))
    assert np.array_equal(pixels(drawing.make(1)), pixels(second)), "others stay as they were"
    everywhere = generation((changed(models[0], marks=replace(marks, limit=1e6)), models[1]))
    with pytest.raises(StylistError, match=r"repeats a training photo in 20 draws out of 20.*fewer steps"):
        everywhere.make(0)


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        ({"scope": ["train", "transfer"]}, "does not cover generate"),
        ({"expires": "2020-01-01"}, "expired on 2020-01-01"),
        ({"scope": "everything"}, "was not recorded whole"),
    ],
)
def test_without_consent_to_generate_nothing_is(models, consent, reason, tmp_path):
    forbidden = changed(models[0], consent=CONSENT | consent)
    with pytest.raises(StylistError, match=f"the consent for look 'warm' {reason}"):
        generation((forbidden, models[1]))


WRONG = {
    "look": ({"look": "noir"}, "there is no look 'noir' to generate in; choose one of: cold, warm"),
    "way": (
        {"way": "sideways"},
        r"way is 'sideways'; choose direct \(drawn in the look\), composed .*, or auto: direct in looks",
    ),
    "size": ({"size": 31}, "size is 31; choose a whole number from 32 to 2048"),
    "seed": ({"seed": -1}, "seed is -1; choose a whole number from 0"),
    "fraction": ({"seed": 1.5}, "seed is 1.5; choose a whole number"),
    "truncation": ({"truncation": float("nan")}, r"truncation is nan; choose a number above 0 \(.*\) to 1"),
    "text": ({"truncation": "1"}, r"truncation is '1'; choose a number above 0 \(.*\) to 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_in_words(models, name):
    wrong, reason = WRONG[name]
    with pytest.raises(StylistError, match=reason):
        generation(models, Portraits.checked(**DIRECT.model_dump() | wrong))


def test_numbers_and_counts_out_of_range_are_refused(models, tmp_path):
    with pytest.raises(StylistError, match="number is -1"):
        generation(models).make(-1)
    with pytest.raises(StylistError, match="count is 0; choose a whole number from 1"):
        Portraits.checked(look="warm", count=0)


def test_the_composed_way_needs_a_transfer_model_with_that_look(models):
    request = DIRECT.model_copy(update={"way": "composed"})
    with pytest.raises(StylistError, match="needs a transfer model"):
        Generation(request, (models[0], "", ""))
    other = replace(models[1], looks=models[1].looks.only({"cold"}))
    with pytest.raises(StylistError, match="there is no look 'warm'"):
        generation((models[0], other), request)


def test_where_no_way_is_asked_for_it_is_direct_in_looks_that_it_was_trained_on(models, folders, tmp_path):
    request = Portraits(look="warm", count=3, seed=7, size=32)
    assert request.way == "auto" and generation(models, request).request.way == "direct"
    assert Generation.load(request, folders[0], tmp_path / "none").request == DIRECT, "without a transfer model"
    untaught = changed(models[0], marks=None)
    composing = generation((untaught, models[1]), request)
    assert composing.request.way == composing.make(0).provenance["way"] == "composed"
    with pytest.raises(StylistError, match="needs a transfer model"):
        Generation(request, (untaught, "", ""))


def test_the_command_complains_in_one_line(folders, tmp_path, capsys):
    arguments = ["generate", "--look", "noir", "--out", str(tmp_path / "out"), "--way", "direct"]
    assert main([*arguments, "--model", str(folders[0])]) == 2
    assert capsys.readouterr().err.startswith("influencer-style: there is no look 'noir'; choose one of")
    assert main([*arguments, "--model", str(tmp_path)]) == 2
    assert "kedro run --pipeline synthesis_training" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


class TestServed:
    """The registered model, as MLflow asks it."""

    @pytest.fixture
    def served(self, folders):
        from types import SimpleNamespace

        from influencer_style.serving.served_synthesis import ServedSynthesis

        model = ServedSynthesis()
        model.load_context(SimpleNamespace(artifacts={"model": str(folders[0])}))
        return model

    def test_it_answers_with_signed_portraits(self, served, models):
        import base64

        first, second = served.predict([{"look": "warm", "seed": 7}, {"look": "warm", "seed": 7, "number": 1}])
        with Image.open(io.BytesIO(base64.b64decode(second["image"]))) as picture:
            wanted = generation(models, Portraits(look="warm", seed=7, way="direct")).make(1)
            assert np.array_equal(np.asarray(picture), pixels(wanted))
        assert first["provenance"]["number"] == 0 and "consents" in first["provenance"]

    @pytest.mark.parametrize(
        ("inputs", "reason"),
        [
            ([], '"inputs" is not a list of at least one portrait; send {"inputs": \\[{"look"'),
            ([{"look": "noir", "seed": 1}], r"inputs\[0\]: there is no look 'noir'"),
            ([{"look": "warm"}], r"inputs\[0\]: seed is missing; send a whole number from 0"),
            ([{"look": "warm", "seed": -1}], r"inputs\[0\]: seed is -1"),
            ([{"look": "warm", "seed": 1, "number": -1}], r"inputs\[0\]: number is -1"),
            ([{"look": "warm", "seed": 1.5}], r"inputs\[0\]: seed is of the wrong type"),
            (
                [{"look": "warm", "seed": 1, "x": 1}],
                r"'x' is not known; send look, seed, number, format and quality al",
            ),
            ([{"look": "warm", "seed": 1}] * 17, '"inputs" has 17 portraits; send at most 16'),
        ],
    )
    def test_bad_requests_are_refused_in_words(self, served, inputs, reason):
        from mlflow.exceptions import MlflowException

        with pytest.raises(MlflowException, match=reason) as refused:
            served.predict(inputs)
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"

    def test_a_request_is_one_decision_a_look_and_none_without_a_ledger(self, served, tmp_path, monkeypatch):
        from mlflow.exceptions import MlflowException

        monkeypatch.setenv("INFLUENCER_STYLE_LEDGER", str(tmp_path / "ledger"))
        served.predict([{"look": "warm", "seed": seed} for seed in (1, 2)])
        (log,) = [path for path in (tmp_path / "ledger").iterdir() if path.suffix == ".jsonl"]
        rows = [json.loads(line) for line in log.read_text().splitlines()]
        assert [(row["scope"], row["decision"], row["stage"]) for row in rows] == [("generate", "allowed", "serving")]
        shutil.rmtree(tmp_path / "ledger")
        (tmp_path / "ledger").write_text("no folder")
        with pytest.raises(MlflowException, match="cannot be recorded here") as failed:
            served.predict([{"look": "warm", "seed": 1}])
        assert failed.value.error_code == "INTERNAL_ERROR" and str(tmp_path) not in failed.value.message
