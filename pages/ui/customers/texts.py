"""Words of the Customers page that tests wait for."""

NO_CUSTOMERS = "These baskets have no customers."
START = "Map customers"
EACH = "baskets each"
LIKE_THEM = "Similar customers"
NO_MATCH = "No customer matches"
