"""The rules of notifications: who is written to, in which words, and how often it is tried."""
