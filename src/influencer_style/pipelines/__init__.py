"""Pipelines: one folder a stage. Thin: take data and typed parameters, call the domain, hand data on."""
