"""Delimited text: its encoding, how it is written, its delimiter and names, and every line accounted for."""
