"""What was no purchase: found, counted and said."""
