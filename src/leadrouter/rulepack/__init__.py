"""From the text of a rule pack to checked rules."""
