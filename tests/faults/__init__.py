"""Tests that break things on purpose: connections, processes, servers, brokers, clocks.

Each loads the system, lets a seeded plan of faults loose on it, and counts in the end what
is in the tables. The seed is written at the start of each test: `QUARRY_SEED=…` repeats the
plan, `SECONDS=…` says for how long all of them together go on searching.
"""
