"""Networks: the transfer generator and its blocks, and the folder a trained one travels in. Pure torch."""
