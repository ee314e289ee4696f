"""Looks: VGG features, Gram matrices, descriptors, and what sets a creator's look apart from the population."""
