"""The embedded data set: deterministic portraits whose identity and look are separate, known parameters."""
