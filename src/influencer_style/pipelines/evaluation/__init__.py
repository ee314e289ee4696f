"""A trained generator in; its scorecard, contact sheet and report out."""

from influencer_style.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
