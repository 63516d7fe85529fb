"""Extraction: taking a module out of the running system, and putting it back.

`readiness` says whether a module could go and what it would cost, `writing` writes the service
that it goes to, and `moving` moves the live module there: its tables, log, checkpoints and
bindings, in one fenced step, and back again by the same one.
"""
