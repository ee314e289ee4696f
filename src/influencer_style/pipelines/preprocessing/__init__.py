"""Manifest in, face crops out."""

from influencer_style.pipelines.preprocessing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
