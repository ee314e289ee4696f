"""What happens around pipeline runs: checks, tracking, reuse, privacy, and messages at the end. See settings.py."""
