"""Columns of text -> what each one is, its numbers, dates and texts, and the catalogue they make."""
