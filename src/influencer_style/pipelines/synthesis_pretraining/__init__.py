"""Studio people of whom all is known in; the base of synthesis, a generator of nobodies in looks in general, out."""

from influencer_style.pipelines.synthesis_pretraining.pipeline import create_pipeline

__all__ = ["create_pipeline"]
