"""What becomes of a lead after it was routed: offers, deadlines, acceptance, the end."""
