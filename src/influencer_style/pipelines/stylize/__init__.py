"""A folder of photos and the champion in; restyled photos and their index out."""

from influencer_style.pipelines.stylize.pipeline import create_pipeline

__all__ = ["create_pipeline"]
