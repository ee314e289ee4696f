"""The pipeline `withdrawal`."""

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.withdrawal import nodes, record, versions


def create_pipeline() -> Pipeline:
    """A creator's name -> a project without them: tombstone, data, champion, versions, pictures of runs, record."""
    return Pipeline(
        [*_of_data(), *_of_models(), *_of_record()], namespace="withdrawal", prefix_datasets_with_namespace=False
    )


def _of_data() -> list[Node]:
    knowing = ["manifest", "face_crops", "look_profiles", "look_transfer", "look_synthesis"]
    folders = ["data_folder", "reports_folder", "training_folder", "synthesis_folder"]
    return [
        Node(
            nodes.set_tombstone,
            ["params:creator", *(f"{name}_before" for name in knowing)],
            "tombstone",
            name="set_tombstone",
        ),
        _changing(nodes.forget_photos, "manifest", "forget_photos"),
        _changing(nodes.forget_crops, "face_crops", "forget_crops"),
        _changing(nodes.forget_truth, "truth_crops", "forget_truth"),
        _changing(nodes.forget_descriptors, "descriptors", "forget_descriptors"),
        _changing(nodes.forget_look, "look_profiles", "forget_look"),
        _changing(nodes.mark_restyled, "restyled_index", "mark_restyled"),
        Node(nodes.forget_files, ["tombstone", "photo_source_before", *folders], "removed_files", name="forget_files"),
    ]


def _of_models() -> list[Node]:
    return [
        Node(
            nodes.rebuild,
            ["tombstone", "look_transfer_before", "params:training"],
            "look_transfer_left",
            name="rebuild_transfer",
        ),
        Node(
            nodes.rebuild,
            ["tombstone", "look_synthesis_before", "params:synthesis"],
            "look_synthesis_left",
            name="rebuild_synthesis",
        ),
        Node(
            versions.replace_champions,
            [
                *("tombstone", "look_transfer_left", "look_synthesis_left"),
                *("params:training", "params:synthesis", "params:withdrawal"),
            ],
            "replaced_champions",
            name="replace_champions",
        ),
        Node(
            versions.revoke_versions,
            ["tombstone", "replaced_champions", "params:withdrawal"],
            "revoked_versions",
            name="revoke_versions",
        ),
        Node(
            versions.remove_run_pictures,
            ["tombstone", "revoked_versions"],
            "removed_run_pictures",
            name="remove_run_pictures",
        ),
    ]


def _of_record() -> list[Node]:
    data = ["manifest_left", "face_crops_left", "truth_crops_left", "descriptors_left"]
    looks = ["look_profiles_left", "look_transfer_left", "look_synthesis_left"]
    return [
        Node(record.check_data, ["tombstone", *data], "data_checked", name="check_data"),
        Node(record.check_looks, ["tombstone", *looks], "looks_checked", name="check_looks"),
        Node(
            record.list_pictures,
            ["tombstone", "restyled_index_left", "restyled_folder"],
            "pictures_left",
            name="list_pictures",
        ),
        Node(
            record.sum_up,
            ["removed_files", "replaced_champions", "revoked_versions", "removed_run_pictures"],
            "removal",
            name="sum_up",
        ),
        Node(
            record.write_record,
            ["tombstone", "data_checked", "looks_checked", "pictures_left", "removal"],
            ["withdrawal_record", "withdrawal_page"],
            name="write_record",
        ),
    ]


def _changing(node: Callable[..., object], entry: str, name: str) -> Node:
    """Return the node that takes the creator out of what a catalog entry holds."""
    return Node(node, ["tombstone", f"{entry}_before"], f"{entry}_left", name=name)
