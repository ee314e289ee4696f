"""The commands of `influencer-style`, one a file: `add_to` says what it takes, `run` does it."""
