"""Parts of the Customers page: segments, a map of customers, one customer."""
