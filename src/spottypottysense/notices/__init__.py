"""What a person is told, once."""
