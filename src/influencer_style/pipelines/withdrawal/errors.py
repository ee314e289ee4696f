"""What a withdrawal fails with."""


class WithdrawalError(ValueError):
    """A withdrawal cannot be begun, or did not reach all that it should have."""
