"""The pages about the app itself, and what leaves it."""
