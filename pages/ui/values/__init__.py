"""Parts of the Values page: the vector of one value or product, and what is near it."""
