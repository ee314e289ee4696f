"""Crops, looks and studio pairs in; a trained, registered generator out."""

from influencer_style.pipelines.training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
