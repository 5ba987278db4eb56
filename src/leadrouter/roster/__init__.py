"""Who is on duty, in which role, until when, and why."""
