"""What product pictures show, learned by a convolutional autoencoder."""
