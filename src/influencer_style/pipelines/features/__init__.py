"""Face crops in; descriptors, look profiles and pictures of the looks out."""
