"""Which column of purchases is what, and what a person could choose instead."""
