"""The model registry: versions, the champion, and what a withdrawal does to them."""
