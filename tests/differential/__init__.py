"""What is written twice says the same."""
