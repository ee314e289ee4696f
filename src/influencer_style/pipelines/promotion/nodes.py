"""Nodes that hold versions of a generator against each other, and move `@champion` by what came of it."""

from __future__ import annotations

import json
import logging
from typing import Any

from influencer_style.consent import clock
from influencer_style.consent.grant import decide as permission
from influencer_style.evaluation.contest import Measured, differences, measure, seat_panel
from influencer_style.evaluation.scorecard import best_baseline, headline
from influencer_style.evaluation.verdict import Verdict, decide
from influencer_style.evaluation.wording import scores_in_markdown
from influencer_style.faces.store import FaceStore
from influencer_style.metrics.cases import CasesError
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_crops
from influencer_style.pipelines.promotion.parameters import PromotionParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.tracking import current
from influencer_style.tracking.registry import champion as titles
from influencer_style.tracking.registry.champion import Contender
from influencer_style.tracking.registry.versions import registry
from influencer_style.tracking.summary import log_scores

log = logging.getLogger(__name__)
Record = dict[str, Any]


def choose_crops(faces: FaceStore, source: PhotoSource) -> FaceStore:
    """Return the crops without those of creators whose consent does not cover `transfer` now."""
    return permitted_crops("promotion", faces, source, "transfer")


def _contenders(
    bundle: TransferBundle, faces: FaceStore, truths: FaceStore, parameters: PromotionParameters
) -> dict[str, Any] | None:
    """Return what a verdict depends on in the registry, and today; None where nothing is tracked, or it is silent."""
    run = current.node_run()
    if run is None:
        return None

    def look_up() -> dict[str, Any]:
        challenger = titles.contender_of(run.store, parameters.registered_model, bundle.fingerprint)
        champion = titles.contender(run.store, parameters.registered_model, f"@{titles.CHAMPION}")
        consents = json.loads(champion.tags.get("consents", "{}"))
        day = clock.today()
        return {
            "challenger": [challenger.version, challenger.objections],
            "champion": [champion.version, champion.tags.get("fingerprint")],
            "permitted": [name for name, own in consents.items() if permission(own, ("transfer",), day).allowed],
        }

    return run.store.attempt("looking the champion up", look_up, urgent=True)


@reusable(also=_contenders)
def judge_challenger(
    bundle: TransferBundle, faces: FaceStore, truths: FaceStore, parameters: PromotionParameters
) -> Record:
    """Hold the generator that was just trained against the champion.

    Where nothing is tracked, or the registry does not answer, nobody is judged; the record says so.
    """
    run = current.node_run()
    if run is None:
        return _unjudged("this run is not tracked, so that there is no registry to look in")

    def look_up() -> tuple[Contender, Contender, TransferBundle | None]:
        challenger = titles.contender_of(run.store, parameters.registered_model, bundle.fingerprint)
        champion = titles.contender(run.store, parameters.registered_model, f"@{titles.CHAMPION}")
        same = challenger.version == champion.version
        return challenger, champion, None if same else TransferBundle.load(titles.folder_of(run.store, champion))

    found = run.store.attempt("looking the champion up", look_up, urgent=True)
    if found is None:
        return _unjudged("the registry did not answer, or holds neither generator nor champion; the log says more")
    challenger, champion, rival = found
    if rival is None:
        return _unjudged(f"version {champion.version} is @champion itself") | {"champion": champion.version}
    return _record(challenger, champion, _judge(bundle, rival, challenger, faces, truths, parameters))


def publish_scores(scorecard: Record, bundle: TransferBundle, parameters: PromotionParameters) -> None:
    """Write the scorecard's main figures on the pipeline's run, and into the description of the generator's version."""
    run = current.node_run()
    if run is None:
        return
    text = scores_in_markdown(scorecard, best_baseline(scorecard))

    def write() -> str:
        one = titles.contender_of(run.store, parameters.registered_model, bundle.fingerprint)
        titles.add_to_description(run.store, one, text)
        return one.version

    version = run.store.attempt("writing scores on the version", write, urgent=True)
    log_scores(headline(scorecard), parameters.registered_model, version)


def judge_versions(faces: FaceStore, truths: FaceStore, parameters: PromotionParameters) -> Record:
    """Hold two registered versions against each other: `promotion.challenger` and `.champion`.

    Raises:
        RegistryError: when this run is not tracked, or there is no such version.
    """
    store = registry()
    challenger, champion = (
        titles.contender(store, parameters.registered_model, asked)
        for asked in (parameters.challenger, parameters.champion)
    )
    if challenger.version == champion.version:
        return _unjudged(f"challenger and champion are both version {champion.version}") | {
            "champion": champion.version
        }
    ours, theirs = (TransferBundle.load(titles.folder_of(store, one)) for one in (challenger, champion))
    return _record(challenger, champion, _judge(ours, theirs, challenger, faces, truths, parameters))


def promote(verdict: Record, parameters: PromotionParameters) -> Record:
    """Write the verdict on the challenger, and make it the champion where the rules hold and it was held against it.

    Returns:
        the verdict, with `promoted` as it came to be, `champion`, the version that is it now, and `status` in a word.
    """
    if not verdict["judged"]:
        return verdict
    store, name = registry(), parameters.registered_model

    def write() -> Record:
        challenger = titles.contender(store, name, verdict["challenger"])
        crowned = titles.contender(store, name, f"@{titles.CHAMPION}").version
        record, promoted = dict(verdict), verdict["promoted"]
        if promoted and crowned != verdict["champion"]:
            promoted = False
            record["reasons"] = [*verdict["reasons"], f"but it was not held against the champion, version {crowned}"]
        titles.record_verdict(store, challenger, verdict["champion"], promoted, record["reasons"])
        if promoted:
            titles.crown(store, challenger, "; ".join(record["reasons"]), crowned)
        record["status"] = "promoted" if promoted else "not promoted"
        return record | {"promoted": promoted, "now": challenger.version if promoted else crowned}

    record = store.attempt("promoting", write, urgent=True)
    if record is None:
        return verdict | {"status": "not written", "promoted": False, "now": verdict["champion"]}
    log.info(
        "Version %s: %s (%s). @champion of %s is version %s.",
        *(record["challenger"], record["status"], "; ".join(record["reasons"]), name, record["now"]),
    )
    current.log_metrics({"promoted": float(record["promoted"])})
    return record


def _judge(
    ours: TransferBundle,
    theirs: TransferBundle,
    challenger: Contender,
    faces: FaceStore,
    truths: FaceStore,
    parameters: PromotionParameters,
) -> tuple[Verdict, int, bool]:
    """Return the verdict, on how many people it rests, and whether the truth was known."""
    has_photos = set(faces.kept.loc[faces.kept["role"] == "creator", "slug"])
    offered, held = set(ours.looks.names), set(theirs.looks.names)
    shared = sorted(offered & held & has_photos)
    if not shared:
        return Verdict(False, ["it shares no look with the champion that there are photos of"], []), 0, False
    try:
        panel = seat_panel(faces, truths, shared, parameters.size, parameters.most_people)
    except CasesError as error:
        return Verdict(False, [str(error)], []), 0, False
    measured: list[Measured] = [
        measure(one, panel, title) for one, title in ((ours, "Measuring the challenger"), (theirs, "And the champion"))
    ]
    found = differences(*measured, panel.photos, parameters.bootstrap_draws, parameters.seed)
    known = bool(panel.truth)
    asked = parameters.with_truth if known else parameters.without_truth
    day = clock.today()
    # What nobody may use any more is no loss.
    lost = [name for name in held - offered if permission(theirs.looks[name].consent, ("transfer",), day).allowed]
    verdict = decide(found, asked.rules, sorted(offered - held), sorted(lost))
    judged = (line.difference for line in verdict.lines)
    current.log_metrics({f"less.{one.metric}{'.' if one.look else ''}{one.look}": one.less.mean for one in judged})
    if challenger.objections:
        verdict = Verdict(False, challenger.objections, verdict.lines)
    return verdict, len(panel.inputs), known


def _record(challenger: Contender, champion: Contender, judged: tuple[Verdict, int, bool]) -> Record:
    verdict, people, known = judged
    who = {"challenger": challenger.version, "champion": champion.version, "people": people, "truth_known": known}
    return {"judged": True, "status": "judged", **who, **verdict.as_dict()}


def _unjudged(reason: str) -> Record:
    log.info("Nobody is judged for promotion: %s", reason)
    return {"judged": False, "status": "not judged", "promoted": False, "reasons": [reason], "lines": []}
