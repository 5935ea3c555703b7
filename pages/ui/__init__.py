"""The kit: what every page uses. A folder below holds the parts of one page."""
