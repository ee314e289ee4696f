"""Adversarial training: one engine, the game of two networks, and what transfer and synthesis do differently."""
