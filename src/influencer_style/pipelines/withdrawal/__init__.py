"""Takes a creator who withdraws out of all that the project keeps."""

from influencer_style.pipelines.withdrawal.pipeline import create_pipeline

__all__ = ["create_pipeline"]
