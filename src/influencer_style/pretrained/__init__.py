"""Networks that others trained: which, whose, under what licence; fetched once, at set-up, from packages."""
