"""Intake: from a file somebody has to a table of text, and from there to a catalogue and basket lines."""
