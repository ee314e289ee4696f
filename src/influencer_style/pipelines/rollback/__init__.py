"""Gives `@champion` back to an earlier version, on record."""

from influencer_style.pipelines.rollback.pipeline import create_pipeline

__all__ = ["create_pipeline"]
