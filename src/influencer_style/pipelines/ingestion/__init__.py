"""Photos in, manifest out."""

from influencer_style.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
