"""Several trained embeddings joined into one."""
