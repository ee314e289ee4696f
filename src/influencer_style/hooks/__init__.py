"""What happens around pipeline runs: tracking, reuse, privacy, checks of parameters, and messages at the end."""
