"""Benchmarks: measured against real services and a peer in the same run, never asserted in tests.

`harness` is what all of them share; each other package is one benchmark, with one figure a
file. Run them with `make bench`, or one with `python -m benchmarks.log`.
"""
