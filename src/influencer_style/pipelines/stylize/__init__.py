"""A folder of photos and the champion in; restyled photos and their index out."""
