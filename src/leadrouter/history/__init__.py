"""What a company did before, and what patterns conclude from it."""
