"""Training of transfer: photo in, photo out."""
