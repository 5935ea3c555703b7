"""Parts of the Map page: every product is a point, near means alike."""
