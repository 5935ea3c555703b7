"""A small network that rebuilds every cell of a product from a few numbers."""
