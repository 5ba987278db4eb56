"""What rules mean, as data."""
