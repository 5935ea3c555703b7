"""Methods that learn from baskets: product2vec, customer vectors, truncated SVD."""
