"""Tables of purchases in the shapes that people have -> baskets whose products carry the ids of the catalogue."""
