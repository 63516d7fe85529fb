"""The payments that there are from before: which they are, and the job that makes them."""

import hashlib
import uuid

from benchmarks.harness import Stop


def order_id(number: int) -> str:
    """This is the order of a payment, from 1."""
    return str(uuid.UUID(hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()))


def make_past(stop: Stop, payments: int) -> int:
    """This fills a monolith's database, and gives how many messages there are in its log."""
    from benchmarks.extraction.seeding import seed  # Only now: it needs Django.

    return seed(payments)
