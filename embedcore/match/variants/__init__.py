"""Variants: what a catalogue's own titles, columns and codes say about the sizes, colours and models of one product."""
