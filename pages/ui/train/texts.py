"""Words of the Train page that tests wait for."""

STARTED = "Training has started. See the top of this page."
STORED = "Open stored embedding"
NOT_AGAIN = "Nothing was computed again."
USE_COLUMNS = "Use co-occurrence"
CHOOSE_TWO = "Choose two or more embeddings above."
DETAILS = "Training curve, settings, remove"

FIRST_ANSWER = "First answer while it trains"
COUNTED = "Counted, not trained yet"

ADD_PRODUCTS = "Add new products to this embedding"
NEW_FILE = "File with new products"
ADD_VECTORS = "Add vectors"
HAVE_VECTORS = "products have a vector now"
DOWNLOAD_VECTORS = "Download vectors (CSV)"
NEW_TABLE = "Table of the new products"  # how its description begins


def start(title: str) -> str:
    """The button that trains a method."""
    return f"Train {title}"


def trained(title: str) -> str:
    """How the line about a trained method begins."""
    return f"{title} · trained"
