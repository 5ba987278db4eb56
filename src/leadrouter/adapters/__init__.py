"""The only place that touches the world: files, databases, logs."""
