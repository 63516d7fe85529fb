"""gateway publishes nothing."""
