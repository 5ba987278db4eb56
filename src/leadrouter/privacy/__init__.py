"""Personal data: found, erased, and what stays of a lead without it."""
