"""The champion of synthesis and a seed in; new portraits and their index out."""

from influencer_style.pipelines.generate.pipeline import create_pipeline

__all__ = ["create_pipeline"]
