"""Crops and looks in; a registered generator of new portraits, its scorecard and its report out."""

from influencer_style.pipelines.synthesis_training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
