"""Nodes of `evaluation`."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pandas as pd
from PIL import Image

from influencer_style.consent.places import project_ledger
from influencer_style.evaluation.full_size import restyle_at_full_size
from influencer_style.evaluation.gather import gather_cases
from influencer_style.evaluation.judges import appoint_judges
from influencer_style.evaluation.likeness_trial import likeness_section, try_guard
from influencer_style.evaluation.scorecard import assemble_scorecard, headline, scorecard_rows
from influencer_style.evaluation.scoring import score_cases
from influencer_style.faces.store import FaceStore
from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.metrics.cases import Cases
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_looks
from influencer_style.pipelines.evaluation.parameters import EvaluationParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.project.folder import in_project
from influencer_style.reports import contact_sheet, report
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_PACKAGES = "influencer-style torch numpy scikit-image scikit-learn opencv-python-headless kedro mlflow"


def choose_looks(
    bundle: TransferBundle, face_crops: FaceStore, manifest: pd.DataFrame, source: PhotoSource
) -> tuple[TransferBundle, FaceStore, pd.DataFrame]:
    """Return model, crops and manifest without creators whose consent does not cover `transfer` now.

    In the manifest their photos are `refused`.

    Raises:
        NobodyPermitted: when no look is left.
    """
    looks = permitted_looks("evaluation", bundle.looks, source)
    others = (manifest["role"] == "creator") & ~manifest["slug"].isin(looks.names) & (manifest["status"] == "accepted")
    shown = manifest.assign(status=manifest["status"].mask(others, "refused"))
    return replace(bundle, looks=looks), face_crops.without_creators_but(looks.names), shown


@reusable(reads={"parameters": ["size", "most_people", "neural_style_people"]})
def restyle_test_users(
    bundle: TransferBundle, face_crops: FaceStore, truth_crops: FaceStore, parameters: EvaluationParameters
) -> Cases:
    """Put every look on the test users, by the model and every baseline, and lay out the truth beside it."""
    current.shows({*bundle.looks.names, *face_crops.kept.loc[face_crops.kept["role"] == "creator", "slug"]})
    cases = gather_cases(
        bundle, face_crops, truth_crops, parameters.size, parameters.most_people, parameters.neural_style_people
    )
    known = "known" if cases.truth else "not known"
    log.info("%d test users in %d looks; the truth is %s", len(cases.inputs), len(cases.looks), known)
    return cases


@reusable(reads={"parameters": ["size", "bootstrap_draws", "seed"]})
def score(
    cases: Cases, bundle: TransferBundle, source: PhotoSource, parameters: EvaluationParameters
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the scorecard, the same as a table, the figures of every single case, and the likeness guard's."""
    judges = appoint_judges(cases, parameters.seed)
    about = {
        "model": {
            "fingerprint": bundle.fingerprint,
            "data_sha256": bundle.data_sha256,
            "encoder": bundle.encoder.name,
            "encoder_sha256": bundle.encoder.sha256,
            "generator": ", ".join(f"{name} {value}" for name, value in bundle.generator.describe().items()),
        },
        "looks": {look: bundle.looks[look].creator for look in cases.looks},
        "thin_looks": [notice for look in cases.looks if (notice := thin_look_notice(bundle.looks[look]))],
        "test_users": len(cases.inputs),
        "size": parameters.size,
        "identity_threshold": judges.identity.threshold,
        "source": source.kind,
        "users_are_studio": source.users_are_studio,
        "population": bundle.looks.reference_note,
        "versions": {name: version(name) for name in _PACKAGES.split()},
    }
    scores = score_cases(cases, judges)
    scorecard = assemble_scorecard(
        scores, cases, bundle.encoder, bundle.looks, about, parameters.bootstrap_draws, parameters.seed
    )
    trial = try_guard(cases, bundle.looks, judges.identity)
    scorecard["likeness"] = likeness_section(trial, parameters.bootstrap_draws, parameters.seed)
    main = headline(scorecard)
    current.log_metrics(main)
    shown = "delta_e." if cases.truth else "gram_distance."
    log.info("Mean %s (lower is better): %s", shown[:-1].replace("_", " "), _listed(main, shown))
    return scorecard, scorecard_rows(scorecard), scores, trial


@reusable(reads={"parameters": ["sheet_people"]})
def draw_contact_sheet(cases: Cases, parameters: EvaluationParameters) -> Image.Image:
    """Draw people down, looks across, the creators on top."""
    return contact_sheet.draw_contact_sheet(cases, parameters.sheet_people)


@reusable(reads={"parameters": ["report_people"]})
def write_report(
    cases: Cases,
    case_scores: pd.DataFrame,
    likeness_trial: pd.DataFrame,
    scorecard: dict[str, Any],
    bundle: TransferBundle,
    manifest: pd.DataFrame,
    face_crops: FaceStore,
    training_history: pd.DataFrame,
    training_samples: Image.Image,
    training_decision: dict[str, Any],
    promotion_record: dict[str, Any],
    parameters: EvaluationParameters,
) -> str:
    """Write the report: one HTML page that opens without a network.

    It says where the audit log ended when it was written. That alone is no reason to write it again.
    """
    evidence = report.Evidence(
        cases=cases,
        scores=case_scores,
        scorecard=scorecard,
        looks=bundle.looks,
        manifest=manifest,
        faces=face_crops.table,
        history=training_history,
        samples=training_samples,
        decision=training_decision,
        promotion=promotion_record,
        card=bundle.card,
        audit=project_ledger().log.head(),
        full_size=restyle_at_full_size(bundle, manifest.assign(path=manifest["path"].map(in_project)), face_crops),
        likeness=likeness_trial,
    )
    return report.write_report(evidence, parameters.report_people)


def _listed(figures: dict[str, float], prefix: str) -> str:
    return ", ".join(f"{n.removeprefix(prefix)} {v:.2f}" for n, v in figures.items() if n.startswith(prefix))
