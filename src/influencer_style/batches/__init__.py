"""Many photos or new portraits into a folder, beside an index: nothing twice, and on where a run was killed."""
