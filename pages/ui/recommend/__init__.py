"""Parts of the Recommend page: what goes with a product, completes a basket, suits a customer."""
