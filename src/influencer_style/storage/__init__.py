"""How anything gets onto the disk: whole or not at all, and known by its fingerprint. The lowest room."""
