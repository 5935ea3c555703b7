"""How good is it? Measures on data that a method has not seen, beside the simplest alternative."""
