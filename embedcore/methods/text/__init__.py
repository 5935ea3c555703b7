"""What the words of a catalogue mean, read by a language model."""
