"""The pipeline `withdrawal`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.stage import Function, stage, step
from influencer_style.pipelines.withdrawal import nodes, record, versions


def create_pipeline() -> Pipeline:
    """A creator's name -> a project without them: tombstone, data, champion, versions, pictures of runs, record."""
    return stage("withdrawal", *_of_data(), *_of_models(), *_of_record())


def _of_data() -> list[Node]:
    knowing = ["manifest", "face_crops", "look_profiles", "look_transfer", "look_synthesis"]
    folders = ["data_folder", "reports_folder", "training_folder", "synthesis_folder"]
    return [
        step(nodes.set_tombstone, ["params:creator", *(f"{name}_before" for name in knowing)], "tombstone"),
        _changing(nodes.forget_rows, "manifest", "forget_photos"),
        _changing(nodes.forget_crops, "face_crops"),
        _changing(nodes.forget_truth, "truth_crops"),
        _changing(nodes.forget_rows, "descriptors", "forget_descriptors"),
        _changing(nodes.forget_look, "look_profiles"),
        _changing(nodes.mark_restyled, "restyled_index"),
        step(nodes.forget_files, ["tombstone", "photo_source_before", *folders], "removed_files"),
    ]


def _of_models() -> list[Node]:
    left, bases = ["look_transfer_left", "look_synthesis_left"], ["params:training", "params:synthesis"]
    return [
        *(
            step(nodes.rebuild, ["tombstone", f"look_{task}_before", base], f"look_{task}_left", f"rebuild_{task}")
            for task, base in zip(("transfer", "synthesis"), bases, strict=True)
        ),
        step(versions.replace_champions, ["tombstone", *left, *bases, "params:withdrawal"], "replaced_champions"),
        step(versions.revoke_versions, ["tombstone", "replaced_champions", "params:withdrawal"], "revoked_versions"),
        step(versions.remove_run_pictures, ["tombstone", "revoked_versions"], "removed_run_pictures"),
    ]


def _of_record() -> list[Node]:
    left = {
        "stone": "tombstone",
        "manifest": "manifest_left",
        "crops": "face_crops_left",
        "truths": "truth_crops_left",
        "descriptors": "descriptors_left",
        "looks": "look_profiles_left",
        "transfer": "look_transfer_left",
        "synthesis": "look_synthesis_left",
    }
    removed = {
        "stone": "tombstone",
        "places": "places_checked",
        "pictures": "pictures_left",
        "files": "removed_files",
        "replaced": "replaced_champions",
        "revoked": "revoked_versions",
        "run_pictures": "removed_run_pictures",
    }
    return [
        step(record.check_left, left, "places_checked"),
        step(record.list_pictures, ["tombstone", "restyled_index_left", "restyled_folder"], "pictures_left"),
        step(record.write_record, removed, ["withdrawal_record", "withdrawal_page"]),
    ]


def _changing(node: Function, entry: str, name: str = "") -> Node:
    """Return the node that takes the creator out of what a catalog entry holds."""
    return step(node, ["tombstone", f"{entry}_before"], f"{entry}_left", name)
