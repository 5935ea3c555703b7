"""Purchases: what counts, what lists hold, how ids meet, what lines say of products."""
