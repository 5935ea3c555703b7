"""Recommendations: what goes with a basket, what a customer is due to buy again, what is new to try, and why.

A `Recommender` is built once per dataset (`model.fit`), kept as files, and asked by `baskets`, `customers` and
`relations`; `batch` answers many questions into a file."""
