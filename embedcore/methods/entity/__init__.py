"""Entity embeddings: a small network that learns to predict a column, or what is bought together."""
