"""notifications publishes nothing."""
