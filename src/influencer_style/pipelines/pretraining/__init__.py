"""An endless stream of studio looks in; the base, a generator that knows looks in general, out."""

from influencer_style.pipelines.pretraining.pipeline import create_pipeline

__all__ = ["create_pipeline"]
