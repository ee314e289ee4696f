"""Training of synthesis: noise in, portrait out."""
