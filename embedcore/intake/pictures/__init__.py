"""Picture files in a zip or a folder -> one small picture for each product they belong to."""
