"""Crops, looks and studio pairs in; a trained, registered generator out."""
