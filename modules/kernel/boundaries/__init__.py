"""Boundaries between modules: checks, ratchet, query guard."""
