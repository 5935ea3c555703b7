"""Parts of the Map page: every product is a point, the closer, the more similar."""
