"""console publishes nothing."""
