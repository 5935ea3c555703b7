"""Words of the kit and of the overview that tests wait for."""

WRONG = "Something went wrong on this page. Your data is safe. Details are in the server's log."
NOTHING_LOADED = "Nothing is loaded yet."
TO_OVERVIEW = "Go to overview"
NOTHING_TRAINED = "Nothing is trained yet."
TO_TRAINING = "Go to training"
ADD_DATA = "Add data"
CANCEL = "Cancel"
RUN_AGAIN = "Run it again"  # hints of jobs name it
FORGET = "Forget it"
FORGET_ALL = "Forget all"
MENDED = "Repaired when the app started."
SEEN = "Got it"
INTERRUPTED = "was interrupted when the server stopped"
FILE_GONE = "The file is no longer here. Upload it again."
STOPPED = "was stopped. Nothing was kept."

PLEASE_CHECK = "Please check"
MORE_UNDERSTOOD = "more detail"

SEARCH_FIELD = "Name, id or description"
WHICH_PRODUCT = "Which product?"
CHOOSE = "Choose"
NO_MATCH = "No product matches"
LOADING = "Semantic search is loading. Showing text matches for now."
TEXT_ONLY = "Showing text matches only."
RETRAIN_TEXT = "The text encoder has changed. Train it again."

ORIGINALS = "Originals above, rebuilt pictures below"

UPLOAD = "Upload your own files"
NEXT_STEPS = "Next steps"
TRAIN_ONE = "Train one"
TRAIN_A_METHOD = "Train a method"
OPEN_MAP = "Open the map"
FIND_DUPLICATES = "Find duplicates"
RECOMMEND = "Recommend"
EMBEDDINGS = "Trained embeddings"
OTHER_DATA = "Other data"


def open_sample(title: str) -> str:
    """The button of a sample."""
    return f"Open {title}"
