"""Sagas: definitions as data, a pure decision, an engine on the log."""
