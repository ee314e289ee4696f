"""What a photo's file says of itself beside its pixels, and what of that a restyled copy keeps."""
