"""A photo's metadata, and what of them a restyled copy keeps."""
