from influencer_style.hooks.concurrency import OneAtATimeConfigLoader
from influencer_style.hooks.tracking import TrackingHook

HOOKS = (TrackingHook(),)
CONFIG_LOADER_CLASS = OneAtATimeConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"]},
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
}
