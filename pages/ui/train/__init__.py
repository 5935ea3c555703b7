"""Parts of the Train page: choose a method, set it, watch it learn, read what came out."""
