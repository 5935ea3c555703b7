"""Parts of the Predict page: asking a trained model and showing what it answers."""
