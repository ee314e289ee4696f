"""The pipeline `synthesis_training` on made-up people: who may be generated, who is learnt from, and what is said."""

from dataclasses import replace

import pytest
import yaml
from made_up_synthesis import CONSENT, untrained

from influencer_style.faces.detectors import TITLES, resolved
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.intervals import Interval
from influencer_style.networks.base import SynthesisBase
from influencer_style.pipelines.consent_gate import NobodyPermitted
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.synthesis_training.nodes import choose_creators
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.synthesis_training.pipeline import create_pipeline
from influencer_style.project.folder import in_project
from influencer_style.studio import demo_set

JUDGING = {"samples": 4, "paths": 1, "frames": 3, "size": 64, "truncation": 0.7, "seed": 0, "bootstrap_draws": 100}


def shipped(name: str) -> dict:
    return yaml.safe_load(in_project(f"conf/base/parameters_{name}.yml").read_text())


def settings(base, **changed) -> SynthesisParameters:
    own = {"profile": "cpu", "base": str(base), "judging": JUDGING, "cpu": {"steps": 2}}
    told = shipped("synthesis_training")["synthesis"] | own | changed
    loop = told["loop"] | {"head_start": 1, "examples": 1, "photos": 2, "validate_every": 1}
    return SynthesisParameters(**told | {"loop": loop})


def allowing(looks: LookProfiles) -> LookProfiles:
    """The same looks, all of whose consents cover `generate`."""
    return looks.holding(replace(look, consent=CONSENT) for look in looks)


@pytest.fixture(scope="module")
def base(world, tmp_path_factory):
    """A folder with a base that was taught nothing."""
    bundle, folder = world["look_transfer"], tmp_path_factory.mktemp("base")
    history = [{"step": step, "seconds": 1.0, "total": 1.0} for step in (1, 2)]
    SynthesisBase(untrained(bundle.looks), bundle.encoder.sha256, history, {}).save(folder)
    return folder


@pytest.fixture
def run(world, tmp_path):
    """Run the pipeline with some inputs changed; return all that it makes."""

    def run(parameters, **changed) -> dict:
        bundle = world["look_transfer"]
        inputs = {
            "face_crops": world["face_crops"],
            "truth_crops": world["truth_crops"],
            "look_transfer": bundle,
            "style_encoder": bundle.encoder,
            "look_profiles": allowing(bundle.looks),
            "photo_source": world["photo_source"],
            "params:synthesis": parameters,
            "params:preprocessing": PreprocessingParameters(**shipped("preprocessing")["preprocessing"]),
        }
        data = inputs | changed | {"synthesis_folder": tmp_path / "work"}
        for node in create_pipeline().nodes:  # in their order
            data |= node.run({name: data[name] for name in node.inputs})
        return data

    return run


def test_the_base_as_it_is_goes_out_with_looks_and_without_marks(run, base, world):
    made = run(settings(base, adapt=False))
    model = made["look_synthesis"]
    assert model.looks.names == ["cool", "warm"] and all(model.looks[name].marks is None for name in model.looks.names)
    assert made["synthesis_decision"] == {"kept": "base", "why": "synthesis.adapt is off"}
    assert model.notes["base_sha256"] == SynthesisBase.load(base).sha256 and model.tags()["revoked"] == "false"
    assert "| warm | Warm |" in model.card and "which must allow `generate`" in model.card
    scorecard = made["synthesis_scorecard"]
    for look in ("cool", "warm"):
        assert {"direct", "composed", "gaussian", "held_out", "others"} <= set(scorecard["synthesis"][look])
        assert scorecard["synthesis"][look]["composed"]["usable"]["n"] == JUDGING["samples"]
    assert scorecard["about"]["detector"] == TITLES[resolved("auto")] and scorecard["about"]["truth_known"]
    assert len(made["synthesis_scorecard_table"]) > 40 and made["new_faces_sheet"].width > 4 * 128
    assert made["synthesis_report"].startswith("<!doctype html>") and "warm" in made["synthesis_report"]


def test_who_does_not_allow_training_is_known_by_profile_alone(run, base, world, tmp_path, monkeypatch):
    from influencer_style.training.synthesis import adaptation, guard

    creators, seen = tmp_path / "creators", []
    for name, scope in (("Cool", "[transfer, generate]"), ("Warm", "[train, transfer, generate]")):
        (creators / name).mkdir(parents=True)
        consent = demo_set.CONSENT.format(subject=name).replace("[train, transfer, generate, commercial]", scope)
        (creators / name / "consent.yml").write_text(consent)

    def nearer(base, adapted, creators, *further):
        seen.append(creators.names)
        return guard.Comparison(Interval(0, 0, 0, 1), None, [])

    monkeypatch.setattr(adaptation, "compare", nearer)
    scopes = {"cool": ["transfer", "generate"], "warm": ["train", "transfer", "generate"]}
    known = world["look_transfer"].looks
    looks = known.holding(replace(look, consent=CONSENT | {"scope": scopes[look.slug]}) for look in known)
    source = world["photo_source"].model_copy(update={"creators": str(creators)})
    made = run(settings(base), photo_source=source, look_profiles=looks)
    model = made["look_synthesis"]
    assert seen == [["warm"]] and made["trained_synthesis"].origin.taught == ("warm",)
    assert model.looks.names == ["cool", "warm"], "both may be generated"
    assert model.looks["cool"].marks is None
    assert len(model.looks["warm"].marks.features) == 5 and model.looks["warm"].marks.limit > 0


def test_whose_consent_does_not_cover_generate_is_not_offered(world, tmp_path):
    looks, source = allowing(world["look_transfer"].looks), world["photo_source"]
    only = replace(looks["cool"], consent=CONSENT | {"scope": ["train", "transfer"]})
    some = looks.holding([only, looks["warm"]])
    crops, compared, left = choose_creators(world["face_crops"], some, source)
    assert left.names == ["warm"] and set(crops.creators) == set(compared.creators) == {"warm"}
    assert set(crops.kept["role"]) == {"user", "creator"}
    with pytest.raises(NobodyPermitted, match="no creator's consent covers generate today"):
        choose_creators(world["face_crops"], world["look_transfer"].looks, source)


def test_the_shipped_parameters_are_sound_and_bad_ones_are_named(base):
    assert settings(base).settings.steps == 2
    SynthesisParameters(**shipped("synthesis_training")["synthesis"])
    for changed, name in (
        ({"judging": JUDGING | {"truncation": 0}}, "truncation"),
        ({"judging": JUDGING | {"frames": 2}}, "frames"),
        ({"cpu": {"steps": 0}}, "steps"),
        ({"cpu": {"unknown": 1}}, "unknown"),
        ({"profile": "tpu"}, "profile"),
    ):
        with pytest.raises(ValueError, match=name):
            settings(base, **changed)
