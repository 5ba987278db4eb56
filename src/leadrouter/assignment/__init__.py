"""Who acts on a lead."""
