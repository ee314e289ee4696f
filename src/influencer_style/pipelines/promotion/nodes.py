"""Nodes that compare versions of a generator, and move `@champion` accordingly."""

from __future__ import annotations

import json
import logging

from influencer_style.consent import clock
from influencer_style.consent.grant import decide as permission
from influencer_style.evaluation.contest import differences, measure, seat_panel
from influencer_style.evaluation.scorecard import Scorecard
from influencer_style.evaluation.verdict import PromotionRecord, Verdict, decide
from influencer_style.evaluation.wording import scores_in_markdown
from influencer_style.faces.store import FaceStore
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted_crops
from influencer_style.pipelines.promotion.parameters import PromotionParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.tracking import current
from influencer_style.tracking.registry import champion as titles
from influencer_style.tracking.registry.champion import Contender
from influencer_style.tracking.registry.versions import registry
from influencer_style.tracking.store import Store
from influencer_style.tracking.summary import log_scores

log = logging.getLogger(__name__)
Opponent = tuple[Contender, TransferBundle]  # a registered version and its model


def choose_crops(faces: FaceStore, source: PhotoSource) -> FaceStore:
    """Return the crops without those of creators whose consent does not cover `transfer` now."""
    return permitted_crops("promotion", faces, source, "transfer")


def _look_up(store: Store, bundle: TransferBundle, name: str) -> tuple[Contender, Contender]:
    """Return the version of the registered model `name` that the bundle is, and the champion."""
    challenger = titles.contender_of(store, name, bundle.fingerprint)
    return challenger, titles.contender(store, name, f"@{titles.CHAMPION}")


def _state_of_registry(
    bundle: TransferBundle, _faces: FaceStore, _truths: FaceStore, parameters: PromotionParameters
) -> dict[str, object] | None:
    """Return what a verdict depends on in the registry, and today; None if nothing is tracked, or nothing answers."""
    run = current.node_run()
    if run is None:
        return None

    def look_up() -> dict[str, object]:
        challenger, champion = _look_up(run.store, bundle, parameters.registered_model)
        consents = json.loads(champion.tags.get("consents", "{}"))
        day = clock.today()
        return {
            "challenger": [challenger.version, challenger.objections],
            "champion": [champion.version, champion.tags.get("fingerprint")],
            "permitted": [name for name, own in consents.items() if permission(own, ("transfer",), day).allowed],
        }

    return run.store.attempt("looking the champion up", look_up, urgent=True)


@reusable(also=_state_of_registry)
def judge_challenger(
    bundle: TransferBundle, faces: FaceStore, truths: FaceStore, parameters: PromotionParameters
) -> dict[str, object]:
    """Compare the generator that was just trained with the champion.

    If nothing is tracked, or the registry does not answer, nobody is judged; the record says so.
    """
    run = current.node_run()
    if run is None:
        return _unjudged("this run is not tracked, so there is no registry to look in")

    def look_up() -> tuple[Opponent, Opponent | None]:
        challenger, champion = _look_up(run.store, bundle, parameters.registered_model)
        if challenger.version == champion.version:
            return (challenger, bundle), None
        return (challenger, bundle), (champion, TransferBundle.load(titles.folder_of(run.store, champion)))

    found = run.store.attempt("looking the champion up", look_up, urgent=True)
    if found is None:
        return _unjudged("the registry did not answer, or holds neither generator nor champion; see the log")
    challenger, champion = found
    if champion is None:
        version = challenger[0].version
        return _unjudged(f"version {version} is @champion itself", version)
    return _judge(challenger, champion, faces, truths, parameters)


def publish_scores(scorecard: dict[str, object], bundle: TransferBundle, parameters: PromotionParameters) -> None:
    """Write the scorecard's main figures on the pipeline's run, and into the description of the generator's version."""
    run = current.node_run()
    if run is None:
        return
    card = Scorecard.model_validate(scorecard)

    def write() -> str:
        one = titles.contender_of(run.store, parameters.registered_model, bundle.fingerprint)
        titles.add_to_description(run.store, one, scores_in_markdown(card))
        return one.version

    version = run.store.attempt("writing scores on the version", write, urgent=True)
    log_scores(card.headline(), parameters.registered_model, version)


def judge_versions(faces: FaceStore, truths: FaceStore, parameters: PromotionParameters) -> dict[str, object]:
    """Compare two registered versions: `promotion.challenger` and `.champion`.

    Raises RegistryError when this run is not tracked, or there is no such version.
    """
    store = registry()
    challenger, champion = (
        titles.contender(store, parameters.registered_model, version)
        for version in (parameters.challenger, parameters.champion)
    )
    if challenger.version == champion.version:
        return _unjudged(f"challenger and champion are both version {champion.version}", champion.version)
    ours, theirs = ((one, TransferBundle.load(titles.folder_of(store, one))) for one in (challenger, champion))
    return _judge(ours, theirs, faces, truths, parameters)


def promote(verdict: dict[str, object], parameters: PromotionParameters) -> dict[str, object]:
    """Write the verdict on the challenger, and make it the champion if the rules hold and it was judged against it.

    Returns the verdict with what came of it: `promoted`, `now` (the version that is champion now) and `status`.
    """
    record = PromotionRecord.model_validate(verdict)
    if not record.judged or record.challenger is None or record.champion is None:
        return verdict
    store, name, version, rival = registry(), parameters.registered_model, record.challenger, record.champion

    def write() -> PromotionRecord:
        challenger = titles.contender(store, name, version)
        crowned = titles.contender(store, name, f"@{titles.CHAMPION}").version
        promoted, reasons = record.promoted, record.reasons
        if promoted and crowned != rival:
            promoted = False
            reasons = [*reasons, f"but it was not judged against the champion, version {crowned}"]
        titles.record_verdict(store, challenger, rival, promoted, reasons)
        if promoted:
            titles.crown(store, challenger, "; ".join(reasons), crowned)
        status, now = ("promoted", challenger.version) if promoted else ("not promoted", crowned)
        return record.model_copy(update={"promoted": promoted, "reasons": reasons, "status": status, "now": now})

    done = store.attempt("promoting", write, urgent=True)
    if done is None:
        return record.model_copy(update={"status": "not written", "promoted": False, "now": rival}).as_dict()
    reasons = "; ".join(done.reasons)
    log.info("Version %s: %s (%s). @champion of %s is version %s.", version, done.status, reasons, name, done.now)
    current.log_metrics({"promoted": float(done.promoted)})
    return done.as_dict()


def _judge(
    challenger: Opponent, champion: Opponent, faces: FaceStore, truths: FaceStore, parameters: PromotionParameters
) -> dict[str, object]:
    """Return the record of a challenger judged against a champion."""
    verdict, people, known = _compare(challenger, champion, faces, truths, parameters)
    return PromotionRecord(
        judged=True,
        status="judged",
        challenger=challenger[0].version,
        champion=champion[0].version,
        people=people,
        truth_known=known,
        promoted=verdict.promoted,
        reasons=verdict.reasons,
        lines=verdict.lines,
    ).as_dict()


def _compare(
    challenger: Opponent, champion: Opponent, faces: FaceStore, truths: FaceStore, parameters: PromotionParameters
) -> tuple[Verdict, int, bool]:
    """Return the verdict, the number of people that it is based on, and whether the truth was known."""
    (registered, ours), (_, theirs) = challenger, champion
    has_photos = set(faces.kept.loc[faces.kept["role"] == "creator", "slug"])
    offered, held = set(ours.looks.names), set(theirs.looks.names)
    shared = sorted(offered & held & has_photos)
    if not shared:
        return Verdict(False, ["it shares no look with the champion for which there are photos"], []), 0, False
    try:
        panel = seat_panel(faces, truths, ours.looks.only(shared), parameters.size, parameters.most_people)
    except CasesError as error:
        return Verdict(False, [str(error)], []), 0, False
    measured = measure(ours, panel, "Measuring the challenger"), measure(theirs, panel, "And the champion")
    bootstrap = Bootstrap(parameters.bootstrap_draws, parameters.seed)
    found = differences(*measured, bootstrap)
    known = bool(panel.truth)
    rules = (parameters.with_truth if known else parameters.without_truth).rules
    day = clock.today()
    # A look that may no longer be used is no loss.
    lost = [name for name in held - offered if permission(theirs.looks[name].consent, ("transfer",), day).allowed]
    verdict = decide(found, rules, sorted(offered - held), sorted(lost))
    judged = (line.difference for line in verdict.lines)
    current.log_metrics({f"less.{one.metric}{'.' if one.look else ''}{one.look}": one.less.mean for one in judged})
    if registered.objections:
        verdict = Verdict(False, registered.objections, verdict.lines)
    return verdict, len(panel.inputs), known


def _unjudged(reason: str, champion: str | None = None) -> dict[str, object]:
    log.info("Nobody is judged for promotion: %s", reason)
    return PromotionRecord(judged=False, status="not judged", reasons=[reason], champion=champion).as_dict()
