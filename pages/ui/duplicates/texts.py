"""What the Duplicates page says, in one place; tests wait for these."""

LOOK = {"same": "Listed twice", "alike": "Similar in an embedding"}

# The review, whatever it is about
SHOW = {"review": "To review", "same": "Same", "different": "Not the same"}
SAME, ALL_SAME = "Same product", "All the same"
DIFFERENT, ALL_DIFFERENT = "Not the same", "All different"
SKIP, TAKE_BACK, UNDO, KEEP = "Skip", "Take back", "Undo", "Keep this row"
OUT = "Not the same as the others"
DONE = {"same": "Marked as the same product", "different": "Marked as not the same", None: "Taken back"}
MISSED = "A press came before the page was ready and was not counted."
NOT_STORED = "Your verdict could not be saved."
REVIEWED = "reviewed"
NOTHING = {"same": "Nothing is marked as the same product yet.", "different": "Nothing is marked as not the same yet."}
VERDICTS = {"same": "same product", "different": "not the same", "": ""}

# Listed twice
FOUND_MODES = {"review": SHOW["review"], "variants": "Variants"} | SHOW | {"teach": "Teach", "out": "Clean catalogue"}
NO_TEXT = (
    f"This dataset has no titles or descriptions to compare. “{LOOK['alike']}” shows which products an embedding puts "
    "close together."
)
FIND = "Find duplicates"
HOW = (
    "Compares titles, descriptions, model numbers, sizes, colours, brands and prices. Each pair comes with a reason "
    "and how sure it is. Nothing changes until you decide."
)
OPTIONS = "Compare two lists, or let an embedding help"
SOURCE = "Column with the list or shop"
SOURCE_NONE = "none: compare all rows"
SOURCE_HELP = "Compares only rows of different lists; each row gets one partner at most (record linkage, one to one)."
HELPER = "Embedding"
HELPER_NONE = "none: words and numbers of the catalogue only"
HELPER_HELP = "Products close in this embedding count as a little more likely to be the same, distant ones as less."
NONE_FOUND = "No two products of this catalogue look the same."
LISTED_MORE = "products are listed more than once"
PAIRS, VARIANTS, OTHERS = "Same", "Variants", "pairs are different products"
RIGHT, FOUND = "Likely right", "Likely found"
PAIRS_HELP = "Pairs of rows at least this likely to be one product. Only these are merged."
VARIANTS_PAIRS_HELP = "Pairs of one product in two sizes, colours, models or the like. They are never merged."
RIGHT_HELP = "Expected precision: the share of these pairs that truly are one product."
FOUND_HELP = (
    "Expected recall: the share of the duplicates that are among these pairs, of those that can be found: two rows "
    "that share no words are not compared."
)
SURE = "How sure must it be?"
SURE_HELP = (
    "Pairs at least this likely count as the same product. The start is the best balance of right and found (highest "
    "expected F1)."
)
ORDER = {"doubt": "Least sure first", "sure": "Surest first"}
BULK_HELP = "Marks every group whose weakest pair is at least this sure as the same product. You can undo it."
ASK = "rows: the same product?"
ROW_TO_KEEP = "row to keep"
ALL_REVIEWED = f"Every group is reviewed. Go on with “{FOUND_MODES['out']}”."

# Variants
VARIANTS_OF, SOME_OPTION = "Variants of one product", "another option"
VARIANTS_HELP = "They stay separate products. If two are the same after all, say so."
NO_VARIANTS = "No variants are left to look at."

# Teach
TEACH = "**Ten answers adapt it to your catalogue.** Answer, then let it learn from your verdicts."
QUESTION = "Is this the same product?"
LEARNED = "Learned from"
LEARN = "Learn from"
LEARN_HELP = "Adjusts the weights of the score to your verdicts, close to the defaults (maximum a posteriori)."
FORGET, MORE = "Forget what it learned", "Ask ten more"
NO_QUESTION = "There is no unsure pair left."

# Clean catalogue
MERGED = "rows would be merged"
MERGE_RULE = (
    "The most complete row of each group is kept, and its blanks are filled from the others. Groups you have not "
    "reviewed are merged when they are as sure as set above."
)
LOAD, OPEN = "Load as a new dataset", "Open it"
LOADED = "is loaded, baskets included."

# Similar in an embedding
SIMILAR_MODES = SHOW | {"all": "All pairs"}
SIMILAR = (
    f"Products that this embedding puts close together. Close is not the same: for one product listed twice see "
    f"“{LOOK['same']}”."
)
BOUGHT_ALIKE = (
    "This embedding learned from baskets: close means **bought in the same way**: with the same things, or in "
    "place of each other. The text encoder is better at finding one product listed twice."
)
USE_TEXT, TRAIN_TEXT = "Use the text encoder", "Train the text encoder"
THRESHOLD = "Minimum similarity"
THRESHOLD_HELP = (
    "Cosine similarity of the two vectors: 1 is identical, 0 has nothing in common. Above 0.9 near-duplicate, 0.7 to "
    "0.9 related, 0.5 to 0.7 somewhat similar."
)
BANDS = {
    "near-duplicate": "almost the same; may be one product listed twice",
    "related": "the same kind of product",
    "somewhat": "some things in common",
}
NOT_THAT_CLOSE = "No two products are that similar."
NONE_CLOSE = "Even the closest pair has little in common. This embedding finds no duplicates."
ABOVE_REVIEWED = "Everything above this threshold is reviewed. Lower it to see more."
SELECT_PAIR = "Select a row to compare its two products."
DOWNLOAD_PAIRS = "Download the pairs with verdicts (CSV)"
