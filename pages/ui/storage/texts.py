"""Words of the Storage page that tests wait for."""

DATASETS = "Datasets"
OTHER = "Everything else"
KEEPING = "How long files are kept"
SAVE = "Save"
SAVED = "Saved."
REMOVE = "Remove"
REMOVE_FOR_GOOD = "Remove it for good"
DELETE = "Delete"
DELETE_NOW = "Delete it now"
NO_DATASET = "No dataset yet."
UPLOAD_DAYS = "Uploaded files (days)"
TABLE_DAYS = "Tables read from them (days)"
LOG_DAYS = "Logs (days)"
LIMIT = "Most space for uploads, tables and cache (GB)"


def removed(name: str, freed: str) -> str:
    """After a dataset went. name: safe for markdown."""
    return f"“{name}” is removed. {freed} freed."


def deleted(freed: str) -> str:
    """After something else went."""
    return f"Deleted. {freed} freed."
