"""What the Recommend page says, in one place; tests wait for these."""

from embedcore.explore import ALIKE, POPULAR, TOGETHER
from embedcore.recommend import NEW, PATTERN, PEOPLE, REPEAT

BY = {"product": "A product", "basket": "A basket", "customer": "A customer"}
PREPARING = "Preparing recommendations (once per dataset). You can keep using this page."
PREPARE = "Prepare recommendations"
EXAMPLE = "Example"
UNKNOWN = "is not in this dataset"
SHOW_PRODUCT = "Show"
ADD = "Add"

# Why something is suggested: (in two words, colour), and what its score means
SIGNALS = {
    TOGETHER: ("bought together", "green"),
    PATTERN: ("purchase patterns", "violet"),
    PEOPLE: ("similar customers", "orange"),
    REPEAT: ("bought before", "blue"),
    ALIKE: ("similar", "blue"),
    POPULAR: ("popular", "gray"),
    NEW: ("not bought yet", "orange"),
    "with": ("goes with it", "green"),
    "instead": ("instead of it", "blue"),
}
MEANING = {
    TOGETHER: "How much more often two products share a basket than their popularity explains (shared baskets "
    "divided by a power of how often each is bought), summed over the basket. The best of the list fills the bar.",
    ALIKE: "Cosine similarity of the two vectors: 1 is identical, 0 has nothing in common. Where they were learned "
    "from baskets, rarely bought products rank lower.",
    PATTERN: "Which purchases predict which, over all baskets at once (EASE, Steck 2019). The best of the list fills "
    "the bar.",
    PEOPLE: "Bought by the customers with the most similar purchases (nearest neighbours).",
    REPEAT: "How likely it is in the next basket, from how often, how regularly and how recently it was bought.",
    "with": "How far the number of shared baskets lies above chance, times the lift. The best of the list fills the "
    "bar.",
    "instead": "Similar in words, type and price, and in what it is bought with; less where both share baskets.",
    NEW: "How well known products with the same words and values go with the basket, and how similar it is to what is "
    "in it. The best of the list fills the bar.",
    POPULAR: "In how many baskets it is. The bestseller fills the bar.",
}
AS_TABLE, DOWNLOAD = "As a table", "Download the list (CSV)"

# A product
RELATION = {"with": "Goes with it", "instead": "Instead of it", "alike": "Similar in an embedding"}
RELATION_HELP = {
    "with": "Complements: other types of products, in one basket with it more often than by chance.",
    "instead": "Substitutes: similar in words, type and price, bought with the same things, rarely in one basket with "
    "it.",
}
START_BASKET = "Start a basket with it"
BEST_SELLER, FIRST = "the bestseller", "the first product of the catalogue"
NO_VECTOR = "This product has no vector in this embedding: it is bought too rarely or has no text."

# A basket
ADD_PRODUCT, GOES_WITH_BASKET = "Add a product", "What goes with it"
EMPTY_BASKET = "The basket is empty"
NO_BASKETS = "This dataset has no baskets. Shown are products similar to those in the basket."
NOTHING_KNOWN = "Nothing is known about these products. Add another one."
BASKET_EXAMPLE = f"{EXAMPLE} from your data. Change it, or empty it and build your own."
ANOTHER, EMPTY, TO_CUSTOMER = "Another real basket", "Empty it", "Show the customer"
TUNE = "More varied, or less obvious?"
VARIETY_HELP = (
    "0 %: the best ones, even if they are similar. 100 %: as different from each other as possible (maximal marginal "
    "relevance)."
)
POPULAR_HELP = (
    "Left: rarely bought products first among those that fit. Right: popular ones first (the score times a power of "
    "how often each is bought)."
)
NEW_PRODUCTS = "New in the catalogue, not bought yet"

# A customer
WHICH_CUSTOMER = "Which customer?"
NO_CUSTOMERS = "These baskets have no customers. Import them with a customer column to get lists for customers."
ADD_DATA = "Add data"
NO_PURCHASES = "This customer has bought nothing yet."
DUE = "Due again"
DUE_HELP = (
    "Bought before, ordered by how likely they are in the next basket: how often, how regularly and how recently "
    "(learned from all customers)."
)
TRY = "New to try"
TRY_HELP = (
    "Never bought by this customer. Purchase patterns, shared baskets or similar customers speak for it; each line "
    "says which."
)
HAS_ALL = "This customer has bought every product."
SIMILAR_CUSTOMERS = "Similar customers"
SIMILAR_CUSTOMERS_HELP = "Cosine similarity of their purchases; rare products count more. 100 %: the same purchases."
NOBODY_SIMILAR = "Nobody else has bought what this customer bought."
BASKET_FOR, AMONG_CUSTOMERS = "Build a basket for them", "Show among all customers"
AMONG_CUSTOMERS_HELP = "Segments, a map, and who is near whom."
CUSTOMER_EXAMPLE = f"{EXAMPLE}: a customer with many baskets. Search for yours above."
NO_SUCH_CUSTOMER = "No customer has an id like"

# Lists for all, as a file
LISTS = {"product": "Lists for all products", "basket": "Lists for all baskets", "customer": "Lists for all customers"}
WHAT = {
    "complements": "what goes with each product",
    "substitutes": "what can replace each product",
    "baskets": "what completes each basket",
    "customers": "what each customer buys next",
}
WHO = {"complements": "product", "substitutes": "product", "baskets": "basket", "customers": "customer"}
MAKE_LISTS = "Make the lists"
