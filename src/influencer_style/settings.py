"""Kedro settings: which hooks run, and how configuration is merged."""

import logging
import os
import warnings

# Threads that wait must not spin: on a shared machine they would take the time of those that work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from influencer_style.hooks.checks import ArgumentsHook, PrerequisitesHook
from influencer_style.hooks.concurrency import OneAtATimeConfigLoader, ParallelHook
from influencer_style.hooks.endings import DiskHook
from influencer_style.hooks.privacy import PrivacyHook
from influencer_style.hooks.reuse import ReuseHook
from influencer_style.hooks.tracking import TrackingHook
from influencer_style.storage.text import make_log_lines_safe

make_log_lines_safe()

# Kedro calls the last hook first: a run whose inputs are missing or wrong is refused before it is tracked, and a node's
# run is open before its work is skipped.
HOOKS = (
    ReuseHook(),  # skips finished work
    TrackingHook(),  # reports to MLflow
    DiskHook(),  # explains a full disk
    ParallelHook(),  # shares memory with ParallelRunner's workers
    PrivacyHook(),  # keeps files from other users
    ArgumentsHook(),  # checks parameters
    PrerequisitesHook(),  # checks that input data exists
)

CONFIG_LOADER_CLASS = OneAtATimeConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*", "mlflow*/**"]},
    # Soft: an environment that sets one value keeps its siblings.
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
}

# Kedro's own calls and plans; nothing that a user could mend.
warnings.filterwarnings("ignore", message=r"(OmegaConf\.)?register_new_resolver\(\) is deprecated")
warnings.filterwarnings("ignore", message=r"Option '--pipeline' is deprecated")
logging.getLogger("kedro.validation.type_extractor").addFilter(
    lambda record: not record.msg.startswith("Union type hint")  # nodes may take one of two kinds of parameters
)
