"""What is decided about music: whose it is, who gets it, how it begins, and which speaker is meant."""
