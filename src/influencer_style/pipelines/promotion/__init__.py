"""Two registered versions in; a verdict, and `@champion` where it belongs, out."""

from influencer_style.pipelines.promotion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
