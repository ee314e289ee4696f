"""Parameters and nodes of `evaluation`."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.metadata import version
from typing import TypedDict, Unpack

import pandas as pd
from PIL import Image
from pydantic import Field

from influencer_style.consent.places import project_ledger
from influencer_style.evaluation.expectation import as_table, expect, methods_table
from influencer_style.evaluation.full_size import restyle_at_full_size
from influencer_style.evaluation.gather import gather_cases, rows_of
from influencer_style.evaluation.likeness_trial import likeness_section, try_guard
from influencer_style.evaluation.scorecard import About, Scorecard, assemble_scorecard
from influencer_style.evaluation.scoring import appoint_judges, score_cases
from influencer_style.evaluation.verdict import PromotionRecord
from influencer_style.faces.store import FaceStore
from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.metrics.judges import face_judge_is_here
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_looks
from influencer_style.pipelines.reusable import reusable
from influencer_style.project.configuration import Section
from influencer_style.project.folder import in_project
from influencer_style.reports import contact_sheet, report
from influencer_style.reports.decisions import TransferDecision
from influencer_style.reports.report import ReportEvidence
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_PACKAGES = "influencer-style torch numpy scikit-image scikit-learn opencv-python-headless kedro mlflow"


class EvaluationParameters(Section):
    """See conf/base/parameters_evaluation.yml."""

    size: int = Field(ge=32, le=1024)
    most_people: int = Field(ge=1, le=10_000)
    neural_style_people: int = Field(ge=0, le=10_000)
    bootstrap_draws: int = Field(ge=100, le=1_000_000)
    seed: int = Field(ge=0, lt=2**32)
    sheet_people: int = Field(ge=1, le=64)
    report_people: int = Field(ge=1, le=64)


def choose_looks(
    bundle: TransferBundle, face_crops: FaceStore, manifest: pd.DataFrame, source: PhotoSource
) -> tuple[TransferBundle, FaceStore, pd.DataFrame]:
    """Return model, crops and manifest without creators whose consent does not cover `transfer` now.

    In the manifest their photos are `refused`. Raises NobodyPermitted when no look is left.
    """
    looks = permitted_looks("evaluation", bundle.looks, source)
    others = (manifest["role"] == "creator") & ~manifest["slug"].isin(looks.names) & (manifest["status"] == "accepted")
    shown = manifest.assign(status=manifest["status"].mask(others, "refused"))
    return replace(bundle, looks=looks), face_crops.without_creators_but(looks.names), shown


@reusable(reads={"parameters": ["size", "most_people", "neural_style_people"]})
def restyle_test_users(
    bundle: TransferBundle, face_crops: FaceStore, truth_crops: FaceStore, parameters: EvaluationParameters
) -> Cases:
    """Put every look on the test users, by the model and every baseline, and add the truth if it is known."""
    current.shows({*bundle.looks.names, *face_crops.kept.loc[face_crops.kept["role"] == "creator", "slug"]})
    cases = gather_cases(
        bundle, face_crops, truth_crops, parameters.size, parameters.most_people, parameters.neural_style_people
    )
    known = "known" if cases.truth else "not known"
    log.info("%d test users in %d looks; the truth is %s", len(cases.inputs), len(cases.looks), known)
    return cases


@reusable(reads={"parameters": ["size", "bootstrap_draws", "seed"]}, also=face_judge_is_here)
def score(
    cases: Cases, bundle: TransferBundle, source: PhotoSource, parameters: EvaluationParameters
) -> tuple[dict[str, object], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the scorecard, the same as a table, the figures of every single case, and the likeness guard's."""
    judges = appoint_judges(cases, parameters.seed)
    about = About(
        model={
            "fingerprint": bundle.fingerprint,
            "data_sha256": bundle.data_sha256,
            "encoder": bundle.encoder.name,
            "encoder_sha256": bundle.encoder.sha256,
            "generator": ", ".join(f"{name} {value}" for name, value in bundle.generator.describe().items()),
        },
        looks={look: bundle.looks[look].creator for look in cases.looks},
        thin_looks=[notice for look in cases.looks if (notice := thin_look_notice(bundle.looks[look]))],
        test_users=len(cases.inputs),
        size=parameters.size,
        identity_judge=judges.identity.name,
        judge_of_photographs=judges.identity.of_photographs,
        identity_threshold=judges.identity.threshold,
        source=source.kind,
        users_are_studio=source.users_are_studio,
        population=bundle.looks.reference_note,
        versions={name: version(name) for name in _PACKAGES.split()},
    )
    scores, trial = score_cases(cases, judges), try_guard(cases, bundle.looks)
    bootstrap = Bootstrap(parameters.bootstrap_draws, parameters.seed)
    scorecard = assemble_scorecard(scores, cases, bundle.encoder, bundle.looks, about, bootstrap)
    scorecard = scorecard.model_copy(update={"likeness": likeness_section(trial, bootstrap)})
    headline = scorecard.headline()
    current.log_metrics(headline)
    metric = "delta_e" if cases.truth else "gram_distance"
    means = {name.partition(".")[2]: mean for name, mean in headline.items() if name.startswith(f"{metric}.")}
    shown = ", ".join(f"{method} {mean:.2f}" for method, mean in means.items())
    log.info("Mean %s (lower is better): %s", metric.replace("_", " "), shown)
    return scorecard.as_dict(), scorecard.rows(), scores, trial


@reusable()
def try_known_looks(bundle: TransferBundle, face_crops: FaceStore) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what can be expected of each look, and how much of known looks each method loses.

    Both are tried on the users whom looks are compared with.
    """
    users = face_crops.pixels(rows_of(face_crops, role="user", split="train"))
    expected, methods = expect(bundle.generator, bundle.encoder, bundle.looks, users)
    known = {look: found.lost.mean for look, found in expected.items() if found.lost}
    current.log_metrics({f"expected_loss.{look}": lost for look, lost in known.items()})
    current.log_metrics({f"known_looks_lost.{method}": share.mean for method, share in methods.items()})
    for look, found in expected.items():
        log.info("What to expect of %s, %s", look, found.sentence)
    return as_table(expected), methods_table(methods)


@reusable(reads={"parameters": ["sheet_people"]})
def draw_contact_sheet(cases: Cases, parameters: EvaluationParameters) -> Image.Image:
    """Draw people down, looks across, the creators on top."""
    return contact_sheet.draw_contact_sheet(cases, parameters.sheet_people)


class ReportInputs(TypedDict):
    """The data that the report is made from, see `report.ReportEvidence`."""

    cases: Cases
    scores: pd.DataFrame
    trial: pd.DataFrame
    expectations: pd.DataFrame
    known_looks: pd.DataFrame
    scorecard: dict[str, object]
    bundle: TransferBundle
    manifest: pd.DataFrame
    face_crops: FaceStore
    history: pd.DataFrame
    samples: Image.Image
    decision: dict[str, object]
    promotion: dict[str, object]


@reusable(reads={"parameters": ["report_people"]})
def write_report(parameters: EvaluationParameters, **inputs: Unpack[ReportInputs]) -> str:
    """Write the report: one HTML page that opens without a network.

    It says where the audit log ended when it was written. That alone is no reason to write it again.
    """
    bundle, manifest, face_crops = inputs["bundle"], inputs["manifest"], inputs["face_crops"]
    evidence = ReportEvidence(
        cases=inputs["cases"],
        scores=inputs["scores"],
        scorecard=Scorecard.model_validate(inputs["scorecard"]),
        looks=bundle.looks,
        manifest=manifest,
        faces=face_crops.table,
        history=inputs["history"],
        samples=inputs["samples"],
        decision=TransferDecision.model_validate(inputs["decision"]),
        promotion=PromotionRecord.model_validate(inputs["promotion"]),
        card=bundle.card,
        audit=project_ledger().log.head(),
        full_size=restyle_at_full_size(bundle, manifest.assign(path=manifest["path"].map(in_project)), face_crops),
        likeness=inputs["trial"],
        colour_maps={look: bundle.colour_map(look) for look in bundle.looks.names},
        expectations=inputs["expectations"],
        known_looks=inputs["known_looks"],
    )
    return report.write_report(evidence, parameters.report_people)
