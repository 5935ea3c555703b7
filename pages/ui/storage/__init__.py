"""Parts of the Storage page."""
