"""Photos in, manifest out."""
