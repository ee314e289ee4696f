"""Takes a creator who withdraws out of all that the project keeps."""
