"""From a restyled or generated picture back to the model, its training run, the photos and the consents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from influencer_style.consent.places import ledgers_of
from influencer_style.networks.folder import COMMANDS
from influencer_style.networks.listing import read_listing
from influencer_style.photos.files import read_file
from influencer_style.project.folder import enclosing_project
from influencer_style.provenance.formats import written_media_type
from influencer_style.provenance.reader import UnreadableError, read_manifest
from influencer_style.provenance.record import RecordError, read_record
from influencer_style.provenance.words import parent_known
from influencer_style.stylist.meanwhile import Meanwhile

if TYPE_CHECKING:
    from influencer_style.tracking.registry.lineage import TrainingRun

_SHOWN = 6  # photos of a look that are listed; --json lists all


@dataclass(frozen=True)
class TracedVersion:
    """A registered version of the model that made a picture, see `lineage.versions_of`.

    `photos` are those that the picture's looks were learnt from, by look: {photo_id: path in the manifest of the
    project around the working folder, or None}.
    """

    name: str
    version: str
    aliases: list[str]
    tags: Mapping[str, str]
    run: TrainingRun
    photos: dict[str, dict[str, str | None]]

    @property
    def revoked(self) -> bool:
        """Whether a withdrawal has revoked it."""
        return self.tags.get("revoked") == "true"


@dataclass(frozen=True)
class Trace:
    """What is known of a picture.

    Attributes:
        record: What the file says of how it was made.
        parent: What its manifest says of the photo that it was made from, as a sentence; empty where it names none, or
            does not agree with the file.
        versions: The registered versions of its model; of both models of a composed portrait.
        notices: What the reader should know, in sentences.
    """

    record: Mapping[str, Any]
    parent: str = ""
    versions: list[TracedVersion] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def trace(path: str | Path) -> Trace:
    """Follow a picture that this software wrote back to where it comes from.

    Raises RecordError when the file holds no record, RegistryError when the registry does not answer, AuditError when
    the consent ledger cannot be read.
    """
    record = read_record(path)
    if not _is_ours(record):
        raise RecordError(f"{path} holds a damaged record (looks or consents); ask for the file as it was written")
    versions = _versions(record)
    return Trace(record, _parent(path), versions, _notices(record, versions))


def in_words(path: str | Path, traced: Trace) -> list[str]:
    """Return what `trace` found, as lines to read; what strangers wrote is unchanged in them."""
    record = traced.record
    shares = ", ".join(f"{name} {share:.0%}" for name, share in record.get("looks", {}).items())
    when = record.get("written", "at an unknown time")
    drawn = [f"{name} {record[name]}" for name in ("way", "seed", "number", "strength") if record.get(name) is not None]
    lines = [
        str(path),
        f"  look      {', '.join([shares, *drawn])}, written {when}",
        f"  software  {record.get('software', '?')}",
        f"  model     fingerprint {record.get('model_fingerprint', '?')}",
    ]
    if traced.parent:
        lines.append(f"  parent    {traced.parent} (the signer's word; how far it holds: influencer-style verify)")
    for version in traced.versions:
        lines += _version_in_words(version)
    for name, consent in record.get("consents", {}).items():
        terms = ", ".join(f"{key} {' '.join(map(str, v)) if isinstance(v, list) else v}" for key, v in consent.items())
        lines.append(f"  consent   {name}: {terms}")
    lines += [f"  mind      {notice}" for notice in traced.notices]
    return lines


def _version_in_words(version: TracedVersion) -> list[str]:
    titles = "".join(f", @{alias}" for alias in version.aliases)
    run = version.run
    changes = " with changes" if run.dirty else ""
    lines = [
        f"  version   {version.name} {version.version}{titles}",
        f"  run       {run.id} ({run.name}, {run.status}, {run.started})",
        f"  code      commit {run.commit or 'unknown'}{changes}; {run.command}",
        *(f"  data      {name} {digest}" for name, digest in sorted(run.inputs.items())),
    ]
    for look, photos in version.photos.items():
        lines.append(f"  photos    {look}: {len(photos)}, by the first 16 digits of their SHA-256")
        shown = list(photos.items())[:_SHOWN]
        lines += [f"              {photo}  {place or 'not in this project any more'}" for photo, place in shown]
        if len(photos) > _SHOWN:
            lines.append(f"              and {len(photos) - _SHOWN} more (all of them: --json)")
    return lines


def _versions(record: Mapping[str, Any]) -> list[TracedVersion]:
    from influencer_style.tracking.registry.lineage import versions_of  # noqa: PLC0415 - MLflow takes seconds

    looks, paths, versions = sorted(record.get("looks", {})), _paths(), []
    for model in (record, record.get("transfer_model") or {}):  # a composed portrait has passed through two models
        for found in versions_of(str(model.get("model_fingerprint", ""))):
            photos = {}
            if found.tags.get("revoked") != "true":
                listed = read_listing(found.folder, COMMANDS["transfer"]).looks
                named = [look for look in looks if look in listed.names]
                photos = {look: {photo: paths.get(photo) for photo in listed[look].photos} for look in named}
            versions.append(TracedVersion(found.name, found.version, found.aliases, found.tags, found.run, photos))
    return versions


def _parent(path: str | Path) -> str:
    file = read_file(path)
    try:
        manifest = read_manifest(file, written_media_type(file), b"")
    except UnreadableError:
        return ""
    return parent_known(manifest.parent) if manifest and manifest.holds and manifest.parent else ""


def _is_ours(record: Mapping[str, Any]) -> bool:
    """Whether a record, which any file may hold, has the shape that is read here."""
    looks, consents, transfer = record.get("looks", {}), record.get("consents", {}), record.get("transfer_model") or {}
    return (
        isinstance(looks, dict)
        and isinstance(transfer, dict)
        and all(isinstance(share, int | float) for share in looks.values())
        and isinstance(consents, dict)
        and all(isinstance(consent, dict) for consent in consents.values())
    )


def _paths() -> dict[str, str]:
    """Where photos lie now, by photo_id; empty outside of a project, or before its ingestion."""
    project = enclosing_project()
    manifest = project and project / "data/02_intermediate/manifest.parquet"
    if not manifest or not manifest.is_file():
        return {}
    import pandas as pd  # noqa: PLC0415 - it takes a second, and is needed in a project alone

    rows = pd.read_parquet(manifest, columns=["photo_id", "path", "status"])
    rows = rows[rows["status"] == "accepted"]
    return dict(zip(map(str, rows["photo_id"]), map(str, rows["path"]), strict=True))


def _notices(record: Mapping[str, Any], versions: list[TracedVersion]) -> list[str]:
    if not versions:
        notices = ["no registered version has this fingerprint: made with a model folder that is not registered here"]
    else:
        why = {f"{one.name} version {one.version}": one.tags.get("revoked_why") for one in versions if one.revoked}
        notices = [f"{name} was revoked: {why[name] or 'a consent it rests on was withdrawn'}" for name in why]
    revoked = {notice.partition(" was revoked")[0] for notice in notices}
    since = Meanwhile(ledgers_of()).sentences(record)
    return [*notices, *(sentence for sentence in since if sentence.partition(" was revoked")[0] not in revoked)]
