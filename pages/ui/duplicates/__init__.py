"""Parts of the Duplicates page: find, review and merge products that are listed twice."""
