"""Parts of the Data page: bringing files in and looking at what they hold."""
