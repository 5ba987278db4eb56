"""What a ledger keeps, held against the log of events that it stands on."""
