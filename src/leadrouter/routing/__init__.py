"""What a rule pack says of one lead, twice: the meaning, and the same sooner."""
