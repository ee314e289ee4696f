"""Face crops in; descriptors, look profiles and pictures of the looks out."""

from influencer_style.pipelines.features.pipeline import create_pipeline

__all__ = ["create_pipeline"]
